import { type DynamicLibraryResult, dlopen, type FunctionDefinitions } from 'node:ffi';
import { WacsError } from '../../core/errors.ts';
import { system32Path } from '../paths.ts';

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
    loaded ??= dlopen(system32Path(file), definitions);
    return loaded.functions;
  };
}

const errorNames: Readonly<Record<number, string>> = {
  2: 'ERROR_FILE_NOT_FOUND',
  3: 'ERROR_PATH_NOT_FOUND',
  5: 'ERROR_ACCESS_DENIED',
  13: 'ERROR_INVALID_DATA',
  32: 'ERROR_SHARING_VIOLATION',
  50: 'ERROR_NOT_SUPPORTED',
  87: 'ERROR_INVALID_PARAMETER',
  1307: 'ERROR_INVALID_OWNER',
  1314: 'ERROR_PRIVILEGE_NOT_HELD',
  1336: 'ERROR_INVALID_ACL',
};
const accessErrors = new Set([5, 1307, 1314]);

/** The failure of a Win32 function: AccessDenied when rights are missing, StorageError otherwise. */
export function win32Error(what: string, functionName: string, code: number): WacsError {
  const denied = accessErrors.has(code);
  const name = errorNames[code] === undefined ? '' : ` ${errorNames[code]}`;
  const shown = `0x${code.toString(16).toUpperCase().padStart(8, '0')}`;
  return new WacsError(
    denied ? 'AccessDenied' : 'StorageError',
    `${what}: ${functionName} failed with ${shown}${name}`,
    {
      ...(denied ? { hint: 'run this from an elevated prompt' } : {}),
    },
  );
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
