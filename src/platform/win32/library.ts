import { dlopen } from 'node:ffi';
import { WacsError } from '../../core/errors.ts';
import { system32Path } from '../paths.ts';

/** Declarations as in the Windows SDK: BOOL and DWORD 32 bits, handles and pointers 64 bits, null is 0n. */
const kernel32 = lazy(() =>
  dlopen(system32Path('kernel32.dll'), {
    CloseHandle: { return: 'i32', arguments: ['pointer'] },
    CreateMutexW: { return: 'pointer', arguments: ['pointer', 'i32', 'pointer'] },
    GetDriveTypeW: { return: 'u32', arguments: ['pointer'] },
    GetLastError: { return: 'u32', arguments: [] },
    GetOEMCP: { return: 'u32', arguments: [] },
    LocalFree: { return: 'pointer', arguments: ['pointer'] },
    MultiByteToWideChar: { return: 'i32', arguments: ['u32', 'u32', 'pointer', 'i32', 'pointer', 'i32'] },
    ReleaseMutex: { return: 'i32', arguments: ['pointer'] },
    WaitForSingleObject: { return: 'u32', arguments: ['pointer', 'u32'] },
  }),
);

const crypt32 = lazy(() =>
  dlopen(system32Path('crypt32.dll'), {
    CryptProtectData: {
      return: 'i32',
      arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
    },
    CryptUnprotectData: {
      return: 'i32',
      arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
    },
  }),
);

const advapi32 = lazy(() =>
  dlopen(system32Path('advapi32.dll'), {
    DeregisterEventSource: { return: 'i32', arguments: ['pointer'] },
    GetTokenInformation: { return: 'i32', arguments: ['pointer', 'i32', 'pointer', 'u32', 'pointer'] },
    OpenProcessToken: { return: 'i32', arguments: ['pointer', 'u32', 'pointer'] },
    CheckTokenMembership: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer'] },
    ConvertSidToStringSidW: { return: 'i32', arguments: ['pointer', 'pointer'] },
    ConvertStringSidToSidW: { return: 'i32', arguments: ['pointer', 'pointer'] },
    RegCloseKey: { return: 'i32', arguments: ['pointer'] },
    RegCreateKeyExW: {
      return: 'i32',
      arguments: ['pointer', 'pointer', 'u32', 'pointer', 'u32', 'u32', 'pointer', 'pointer', 'pointer'],
    },
    RegSetValueExW: { return: 'i32', arguments: ['pointer', 'pointer', 'u32', 'u32', 'pointer', 'u32'] },
    RegisterEventSourceW: { return: 'pointer', arguments: ['pointer', 'pointer'] },
    ReportEventW: {
      return: 'i32',
      arguments: ['pointer', 'u16', 'u16', 'u32', 'pointer', 'u16', 'u32', 'pointer', 'pointer'],
    },
    ConvertStringSecurityDescriptorToSecurityDescriptorW: {
      return: 'i32',
      arguments: ['pointer', 'u32', 'pointer', 'pointer'],
    },
    ConvertSecurityDescriptorToStringSecurityDescriptorW: {
      return: 'i32',
      arguments: ['pointer', 'u32', 'u32', 'pointer', 'pointer'],
    },
    GetNamedSecurityInfoW: {
      return: 'u32',
      arguments: ['pointer', 'u32', 'u32', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
    },
    SetFileSecurityW: { return: 'i32', arguments: ['pointer', 'u32', 'pointer'] },
  }),
);

/** The Win32 functions in use, each declared once; a library is loaded, by its full path, at its first use. */
export const win32 = {
  get kernel32() {
    return kernel32().functions;
  },
  get crypt32() {
    return crypt32().functions;
  },
  get advapi32() {
    return advapi32().functions;
  },
};

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

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
