import { systemLibrary } from './library.ts';

/** Functions of kernel32.dll in use, declared as in the Windows SDK. */
export const kernel32 = systemLibrary('kernel32.dll', {
  CancelIoEx: { return: 'i32', arguments: ['pointer', 'pointer'] },
  CloseHandle: { return: 'i32', arguments: ['pointer'] },
  CreateEventW: { return: 'pointer', arguments: ['pointer', 'i32', 'i32', 'pointer'] },
  CreateMutexW: { return: 'pointer', arguments: ['pointer', 'i32', 'pointer'] },
  GetDriveTypeW: { return: 'u32', arguments: ['pointer'] },
  GetOEMCP: { return: 'u32', arguments: [] },
  GlobalFree: { return: 'pointer', arguments: ['pointer'] },
  LocalFree: { return: 'pointer', arguments: ['pointer'] },
  MultiByteToWideChar: { return: 'i32', arguments: ['u32', 'u32', 'pointer', 'i32', 'pointer', 'i32'] },
  OpenProcess: { return: 'pointer', arguments: ['u32', 'i32', 'u32'] },
  QueryFullProcessImageNameW: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'pointer'] },
  ReleaseMutex: { return: 'i32', arguments: ['pointer'] },
  WaitForSingleObject: { return: 'u32', arguments: ['pointer', 'u32'] },
});
