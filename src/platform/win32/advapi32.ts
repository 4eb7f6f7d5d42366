import { systemLibrary } from './library.ts';

/** Functions of advapi32.dll in use, declared as in the Windows SDK. */
export const advapi32 = systemLibrary('advapi32.dll', {
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
});
