import { systemLibrary } from './library.ts';

/** Functions of ncrypt.dll in use, declared as in the Windows SDK; each returns its status. */
export const ncrypt = systemLibrary('ncrypt.dll', {
  NCryptDeleteKey: { return: 'i32', arguments: ['pointer', 'u32'] },
  NCryptFreeObject: { return: 'i32', arguments: ['pointer'] },
  NCryptGetProperty: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'u32', 'pointer', 'u32'] },
  NCryptOpenKey: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'u32', 'u32'] },
  NCryptOpenStorageProvider: { return: 'i32', arguments: ['pointer', 'pointer', 'u32'] },
  NCryptSetProperty: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'u32', 'u32'] },
  NCryptSignHash: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'u32', 'pointer', 'u32', 'pointer', 'u32'],
  },
});
