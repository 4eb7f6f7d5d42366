import { systemLibrary } from './library.ts';

/** Functions of winhttp.dll in use, declared as in the Windows SDK. */
export const winhttp = systemLibrary('winhttp.dll', {
  WinHttpCloseHandle: { return: 'i32', arguments: ['pointer'] },
  WinHttpGetDefaultProxyConfiguration: { return: 'i32', arguments: ['pointer'] },
  WinHttpGetIEProxyConfigForCurrentUser: { return: 'i32', arguments: ['pointer'] },
  WinHttpGetProxyForUrl: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'pointer'] },
  WinHttpOpen: { return: 'pointer', arguments: ['pointer', 'u32', 'pointer', 'pointer', 'u32'] },
  WinHttpSetTimeouts: { return: 'i32', arguments: ['pointer', 'i32', 'i32', 'i32', 'i32'] },
});
