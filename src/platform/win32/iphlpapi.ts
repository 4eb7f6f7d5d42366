import { systemLibrary } from './library.ts';

/** Functions of iphlpapi.dll in use, declared as in the Windows SDK. */
export const iphlpapi = systemLibrary('iphlpapi.dll', {
  GetExtendedTcpTable: { return: 'u32', arguments: ['pointer', 'pointer', 'i32', 'u32', 'i32', 'u32'] },
});
