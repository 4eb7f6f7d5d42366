import { systemLibrary } from './library.ts';

/** Functions of crypt32.dll in use, declared as in the Windows SDK. */
export const crypt32 = systemLibrary('crypt32.dll', {
  CertAddCertificateContextToStore: { return: 'i32', arguments: ['pointer', 'pointer', 'u32', 'pointer'] },
  CertAddEncodedCertificateToStore: {
    return: 'i32',
    arguments: ['pointer', 'u32', 'pointer', 'u32', 'u32', 'pointer'],
  },
  CertCloseStore: { return: 'i32', arguments: ['pointer', 'u32'] },
  CertControlStore: { return: 'i32', arguments: ['pointer', 'u32', 'u32', 'pointer'] },
  CertCreateCertificateContext: { return: 'pointer', arguments: ['u32', 'pointer', 'u32'] },
  CertDeleteCertificateFromStore: { return: 'i32', arguments: ['pointer'] },
  CertDuplicateCertificateContext: { return: 'pointer', arguments: ['pointer'] },
  CertEnumCertificatesInStore: { return: 'pointer', arguments: ['pointer', 'pointer'] },
  CertFreeCertificateContext: { return: 'i32', arguments: ['pointer'] },
  CertGetCertificateContextProperty: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'pointer'] },
  CertOpenStore: { return: 'pointer', arguments: ['pointer', 'u32', 'pointer', 'u32', 'pointer'] },
  CertSetCertificateContextProperty: { return: 'i32', arguments: ['pointer', 'u32', 'u32', 'pointer'] },
  CryptProtectData: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
  },
  CryptUnprotectData: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'u32', 'pointer'],
  },
  PFXImportCertStore: { return: 'pointer', arguments: ['pointer', 'pointer', 'u32'] },
});
