import { advapi32 } from './advapi32.ts';
import { kernel32 } from './kernel32.ts';
import { nativeBuffer, wideString, win32Error } from './library.ts';
import { wideTextAt } from './wide-text.ts';

/** GetCurrentProcess() is this constant. */
const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
/** TOKEN_INFORMATION_CLASS: SID_AND_ATTRIBUTES of the account, the pointer to the SID first. */
const tokenUser = 1;
/** Characters of the longest SID, with some to spare. */
const longestSid = 200;
const administratorsSid = 'S-1-5-32-544';
const what = 'cannot find out the account of this process';

/**
 * SID of the account this process runs as, such as `S-1-5-18`, if it uses the rights of Administrators; undefined for
 * others, and for an administrator in a prompt that is not elevated.
 * @throws WacsError AccessDenied, StorageError
 */
export function ownAdministratorSid(): string | undefined {
  return isAdministrator() ? ownSid() : undefined;
}

function isAdministrator(): boolean {
  const out = nativeBuffer();
  if (advapi32().ConvertStringSidToSidW(wideString(administratorsSid), out) === 0) {
    throw win32Error(what, 'ConvertStringSidToSidW', kernel32().GetLastError());
  }
  const sid = out.readBigUInt64LE(0);
  try {
    const member = nativeBuffer();
    if (advapi32().CheckTokenMembership(0n, sid, member) === 0) {
      throw win32Error(what, 'CheckTokenMembership', kernel32().GetLastError());
    }
    return member.readUInt32LE(0) !== 0;
  } finally {
    kernel32().LocalFree(sid);
  }
}

function ownSid(): string {
  const handle = nativeBuffer();
  if (advapi32().OpenProcessToken(currentProcess, tokenQuery, handle) === 0) {
    throw win32Error(what, 'OpenProcessToken', kernel32().GetLastError());
  }
  const token = handle.readBigUInt64LE(0);
  try {
    const information = nativeBuffer(256);
    const { GetTokenInformation } = advapi32();
    if (GetTokenInformation(token, tokenUser, information, information.length, nativeBuffer()) === 0) {
      throw win32Error(what, 'GetTokenInformation', kernel32().GetLastError());
    }
    return sidText(information.readBigUInt64LE(0));
  } finally {
    kernel32().CloseHandle(token);
  }
}

function sidText(sid: bigint): string {
  const out = nativeBuffer();
  if (advapi32().ConvertSidToStringSidW(sid, out) === 0) {
    throw win32Error(what, 'ConvertSidToStringSidW', kernel32().GetLastError());
  }
  const pointer = out.readBigUInt64LE(0);
  try {
    return wideTextAt(pointer, longestSid);
  } finally {
    kernel32().LocalFree(pointer);
  }
}
