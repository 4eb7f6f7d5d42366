import { systemLibrary } from './library.ts';

/** Functions of crypt32.dll in use, declared as in the Windows SDK. */
export const crypt32 = systemLibrary('crypt32.dll', {
  CryptProtectData: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
  },
  CryptUnprotectData: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
  },
});
