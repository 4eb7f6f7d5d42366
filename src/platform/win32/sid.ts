import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { localMemory } from './owned.ts';
import { wideTextAt } from './wide-text.ts';

/** Characters of the longest SID, with some to spare. */
const longestSid = 200;
/** Bytes of the longest SID (SECURITY_MAX_SID_SIZE is 68). */
const sidBytes = 128;
const domainCharacters = 512;
/** ERROR_NONE_MAPPED. */
const noneMapped = 1332;

/**
 * Names of accounts as Windows in English has them, which are others in other languages: what works on one server is to
 * work on all.
 */
const wellKnown: Readonly<Record<string, string>> = {
  administrators: 'S-1-5-32-544',
  system: 'S-1-5-18',
  'network service': 'S-1-5-20',
  'local service': 'S-1-5-19',
  iis_iusrs: 'S-1-5-32-568',
};

/** Text of a SID, such as `S-1-5-18`. @throws WacsError StorageError. */
export function sidText(sid: bigint | Buffer, what: string): string {
  const out = nativeBuffer();
  if (advapi32().ConvertSidToStringSidW(sid, out) === 0) {
    throw win32Error(what, 'ConvertSidToStringSidW', lastError());
  }
  using text = localMemory(out.readBigUInt64LE(0));
  return wideTextAt(text.handle, longestSid);
}

/**
 * SID of an account: a name such as `NETWORK SERVICE`, `IIS AppPool\Site` or `DOMAIN\user`, or a SID itself.
 * @returns undefined when there is no such account
 * @throws WacsError StorageError when it cannot be found out, such as without a domain controller
 */
export function accountSid(account: string): string | undefined {
  const name = account.trim();
  if (/^s-1-\d/i.test(name)) return isSid(name) ? name.toUpperCase() : undefined;
  return wellKnown[name.toLowerCase().replace(/^(?:nt authority|builtin)\\/, '')] ?? lookUp(name);
}

function isSid(text: string): boolean {
  const out = nativeBuffer();
  if (advapi32().ConvertStringSidToSidW(wideString(text), out) === 0) return false;
  localMemory(out.readBigUInt64LE(0))[Symbol.dispose]();
  return true;
}

function lookUp(name: string): string | undefined {
  const sid = nativeBuffer(sidBytes);
  const domain = nativeBuffer(domainCharacters * 2);
  const [sidSize, domainSize] = [nativeBuffer(), nativeBuffer()];
  sidSize.writeUInt32LE(sidBytes, 0);
  domainSize.writeUInt32LE(domainCharacters, 0);
  const { LookupAccountNameW } = advapi32();
  const found = LookupAccountNameW(0n, wideString(name), sid, sidSize, domain, domainSize, nativeBuffer());
  const code = found === 0 ? lastError() : 0;
  const what = `cannot look up the account "${name}"`;
  if (found !== 0) return sidText(sid, what);
  if (code === noneMapped) return undefined;
  throw win32Error(what, 'LookupAccountNameW', code);
}
