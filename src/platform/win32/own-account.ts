import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { kernelHandle, localMemory } from './owned.ts';
import { sidText } from './sid.ts';

/** GetCurrentProcess() is this constant. */
const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
/** TOKEN_INFORMATION_CLASS: SID_AND_ATTRIBUTES of the account, the pointer to the SID first. */
const tokenUser = 1;
const administratorsSid = 'S-1-5-32-544';
const systemSid = 'S-1-5-18';
const what = 'cannot find out the account of this process';

/**
 * SID of the account this process runs as, such as `S-1-5-18`, if it uses the rights of Administrators; undefined for
 * others, and for an administrator in a prompt that is not elevated.
 * @throws WacsError AccessDenied, StorageError
 */
export function ownAdministratorSid(): string | undefined {
  return isAdministrator() ? ownSid() : undefined;
}

/** Whether this process is one of the system itself, as a scheduled task is. @throws WacsError StorageError. */
export function runsAsSystem(): boolean {
  return ownSid() === systemSid;
}

function isAdministrator(): boolean {
  const out = nativeBuffer();
  if (advapi32().ConvertStringSidToSidW(wideString(administratorsSid), out) === 0) {
    throw win32Error(what, 'ConvertStringSidToSidW', lastError());
  }
  using sid = localMemory(out.readBigUInt64LE(0));
  const member = nativeBuffer();
  if (advapi32().CheckTokenMembership(0n, sid.handle, member) === 0) {
    throw win32Error(what, 'CheckTokenMembership', lastError());
  }
  return member.readUInt32LE(0) !== 0;
}

function ownSid(): string {
  const handle = nativeBuffer();
  if (advapi32().OpenProcessToken(currentProcess, tokenQuery, handle) === 0) {
    throw win32Error(what, 'OpenProcessToken', lastError());
  }
  using token = kernelHandle(handle.readBigUInt64LE(0));
  const information = nativeBuffer(256);
  const { GetTokenInformation } = advapi32();
  if (GetTokenInformation(token.handle, tokenUser, information, information.length, nativeBuffer()) === 0) {
    throw win32Error(what, 'GetTokenInformation', lastError());
  }
  return sidText(information.readBigUInt64LE(0), what);
}
