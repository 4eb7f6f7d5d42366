import { systemLibrary } from './library.ts';

/** Functions of advapi32.dll in use, declared as in the Windows SDK. */
export const advapi32 = systemLibrary('advapi32.dll', {
  DeregisterEventSource: { return: 'i32', arguments: ['pointer'] },
  GetTokenInformation: { return: 'i32', arguments: ['pointer', 'i32', 'pointer', 'u32', 'pointer'] },
  OpenProcessToken: { return: 'i32', arguments: ['pointer', 'u32', 'pointer'] },
  CheckTokenMembership: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer'] },
  ConvertSidToStringSidW: { return: 'i32', arguments: ['pointer', 'pointer'] },
  ConvertStringSidToSidW: { return: 'i32', arguments: ['pointer', 'pointer'] },
  CryptAcquireContextW: { return: 'i32', arguments: ['pointer', 'pointer', 'pointer', 'u32', 'u32'] },
  CryptCreateHash: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'u32', 'pointer'] },
  CryptDestroyHash: { return: 'i32', arguments: ['pointer'] },
  CryptDestroyKey: { return: 'i32', arguments: ['pointer'] },
  CryptGetProvParam: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'pointer', 'u32'] },
  CryptHashData: { return: 'i32', arguments: ['pointer', 'pointer', 'u32', 'u32'] },
  CryptImportKey: { return: 'i32', arguments: ['pointer', 'pointer', 'u32', 'pointer', 'u32', 'pointer'] },
  CryptReleaseContext: { return: 'i32', arguments: ['pointer', 'u32'] },
  CryptSetProvParam: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'u32'] },
  CryptSignHashW: { return: 'i32', arguments: ['pointer', 'u32', 'pointer', 'u32', 'pointer', 'pointer'] },
  LookupAccountNameW: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
  },
  RegCloseKey: { return: 'i32', arguments: ['pointer'] },
  RegCreateKeyExW: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'u32', 'pointer', 'u32', 'u32', 'pointer', 'pointer', 'pointer'],
  },
  RegEnumKeyExW: {
    return: 'i32',
    arguments: ['pointer', 'u32', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
  },
  RegGetValueW: {
    return: 'i32',
    arguments: ['pointer', 'pointer', 'pointer', 'u32', 'pointer', 'pointer', 'pointer'],
  },
  RegOpenKeyExW: { return: 'i32', arguments: ['pointer', 'pointer', 'u32', 'u32', 'pointer'] },
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
});
