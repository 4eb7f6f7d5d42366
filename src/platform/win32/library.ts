import { type DynamicLibraryResult, dlopen, type FunctionDefinitions } from 'node:ffi';
import { type ErrorCode, WacsError } from '../../core/errors.ts';
import { system32Path } from '../paths.ts';
import { errorName } from './error-names.ts';

const errorFunctions = { GetLastError: { return: 'u32', arguments: [] } } as const;
let errors: DynamicLibraryResult<typeof errorFunctions> | undefined;

/**
 * The functions of a DLL in System32, loaded by its full path at its first use. Declarations as in the Windows SDK: BOOL
 * and DWORD 32 bits, handles and pointers 64 bits, null is 0n.
 */
export function systemLibrary<const Definitions extends FunctionDefinitions>(
  file: string,
  definitions: Definitions,
): () => DynamicLibraryResult<Definitions>['functions'] {
  let loaded: DynamicLibraryResult<Definitions> | undefined;
  return () => {
    if (loaded === undefined) {
      loadErrors();
      loaded = dlopen(system32Path(file), definitions);
    }
    return loaded.functions;
  };
}

/**
 * The error of the function that was called just before, if it has set one: the runtime makes calls of its own in between,
 * so what a function returns counts more.
 */
export function lastError(): number {
  return loadErrors().GetLastError();
}

/** Before any other library is loaded: loading it after a failure would overwrite the error it is asked for. */
function loadErrors() {
  errors ??= dlopen(system32Path('kernel32.dll'), errorFunctions);
  return errors.functions;
}

/** ERROR_ACCESS_DENIED, ERROR_INVALID_OWNER, ERROR_PRIVILEGE_NOT_HELD, E_ACCESSDENIED, NTE_PERM. */
const accessErrors = new Set([5, 1307, 1314, 0x8007_0005, 0x8009_0010]);
/** What GetLastError gives when the function has set nothing, or the runtime something since. */
const meaningless = new Set([0, 0xcb]);

/**
 * The failure of a Win32 function: AccessDenied when rights are missing.
 * @param code Win32 error, HRESULT or status, signed or unsigned
 * @param otherwise what every other failure is
 */
export function win32Error(
  what: string,
  functionName: string,
  code: number,
  otherwise: ErrorCode = 'StorageError',
): WacsError {
  const value = code >>> 0;
  const denied = accessErrors.has(value);
  const name = errorName(value);
  const shown = `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
  const reason = meaningless.has(value) ? 'without a reason' : `with ${shown}${name === undefined ? '' : ` ${name}`}`;
  return new WacsError(denied ? 'AccessDenied' : otherwise, `${what}: ${functionName} failed ${reason}`, {
    ...hintFor(denied, otherwise, shown),
  });
}

function hintFor(denied: boolean, otherwise: ErrorCode, shown: string): { hint?: string } {
  if (denied) return { hint: 'run this from an elevated prompt' };
  return otherwise === 'StoreError' ? { hint: `"certutil -error ${shown}" says more about this number` } : {};
}

/** Room for a structure; larger than 64 bytes, because smaller buffers may move while native code uses them. */
export function nativeBuffer(bytes = 0): Buffer {
  return Buffer.alloc(Math.max(bytes, 128));
}

/** Text as native code reads it: UTF-16, ended by a null. */
export function wideString(text: string): Buffer {
  const encoded = Buffer.from(`${text}\0`, 'utf16le');
  const buffer = nativeBuffer(encoded.length);
  encoded.copy(buffer);
  return buffer;
}
