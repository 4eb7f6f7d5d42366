import { systemLibrary } from './library.ts';

/** Functions of kernel32.dll in use, declared as in the Windows SDK. */
export const kernel32 = systemLibrary('kernel32.dll', {
  CloseHandle: { return: 'i32', arguments: ['pointer'] },
  CreateMutexW: { return: 'pointer', arguments: ['pointer', 'i32', 'pointer'] },
  GetDriveTypeW: { return: 'u32', arguments: ['pointer'] },
  GetLastError: { return: 'u32', arguments: [] },
  GetOEMCP: { return: 'u32', arguments: [] },
  GlobalFree: { return: 'pointer', arguments: ['pointer'] },
  LocalFree: { return: 'pointer', arguments: ['pointer'] },
  MultiByteToWideChar: { return: 'i32', arguments: ['u32', 'u32', 'pointer', 'i32', 'pointer', 'i32'] },
  ReleaseMutex: { return: 'i32', arguments: ['pointer'] },
  WaitForSingleObject: { return: 'u32', arguments: ['pointer', 'u32'] },
});
