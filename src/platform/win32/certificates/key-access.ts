import type { KeyGrant } from '../../../core/certificate-store.ts';
import { WacsError } from '../../../core/errors.ts';
import { advapi32 } from '../advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { ncrypt } from '../ncrypt.ts';
import { parseDacl } from '../sddl.ts';
import { daclInformation, formatSddl, parseSddl, type SecurityDescriptor } from '../security-descriptor.ts';
import { accountSid } from '../sid.ts';
import { type KeyContainer, silent } from './key-container.ts';
import { type OpenedKey, openKey } from './opened-key.ts';

/** An account by its SID, and what it may do with a key. */
export interface ResolvedGrant {
  readonly account: string;
  readonly sid: string;
  readonly right: KeyGrant['right'];
}

/** They always keep access: services run as SYSTEM, and administrators could take it anyway. */
const always: readonly ResolvedGrant[] = [
  { account: 'SYSTEM', sid: 'S-1-5-18', right: 'full' },
  { account: 'Administrators', sid: 'S-1-5-32-544', right: 'full' },
];
/** Keys are files, and have the rights of files. */
const fileRight = { full: 'FA', read: 'FR' } as const;
/** PP_KEYSET_SEC_DESCR. */
const keySetSecurity = 8;
/** NCRYPT_SECURITY_DESCR_PROPERTY. */
const securityProperty = 'Security Descr';
const longestDescriptor = 16_384;
const what = 'cannot set who may use the private key';

/** The accounts as Windows knows them. @throws WacsError StoreError naming the one that does not exist. */
export function resolveGrants(grants: readonly KeyGrant[]): readonly ResolvedGrant[] {
  return grants.map(({ account, right }) => {
    const sid = accountSid(account);
    if (sid !== undefined) return { account, sid, right };
    throw new WacsError('StoreError', `there is no account "${account}" to give access to the private key`, {
      hint: 'Check --acl-read and --acl-fullcontrol; a name such as "IIS AppPool\\Site" exists once the application pool does.',
    });
  });
}

/**
 * Gives accounts, SYSTEM and Administrators access to a private key, takes it from all others, and reads the list back.
 * @throws WacsError AccessDenied; StoreError also when what is read back is not what was set
 */
export function setKeyAccess(container: KeyContainer, grants: readonly ResolvedGrant[]): void {
  const list = [...always, ...grants].map(({ sid, right }) => `(A;;${fileRight[right]};;;${sid})`);
  using descriptor = parseSddl(`D:P${list.join('')}`, what);
  // Through Windows and back, as what is read: it may write a SID as two letters.
  const wished = masksIn(formatSddl(descriptor.handle, daclInformation, what));
  using key = openKey(container);
  if (isSame(wished, masksIn(readDacl(key)))) return;
  writeDescriptor(key, descriptor);
  const set = readDacl(key);
  const masks = masksIn(set);
  const lacking = [...wished].find(([sid, mask]) => ((masks.get(sid) ?? 0) & mask) !== mask);
  if (lacking === undefined) return;
  throw new WacsError('StoreError', `${what}: ${lacking[0]} does not have the access that was set (it reads ${set})`);
}

function writeDescriptor({ api, handle }: OpenedKey, descriptor: SecurityDescriptor): void {
  if (api === 'cng') {
    const flags = daclInformation | silent;
    const name = wideString(securityProperty);
    const status = ncrypt().NCryptSetProperty(handle, name, descriptor.handle, descriptor.size, flags);
    if (status !== 0) throw win32Error(what, 'NCryptSetProperty', status, 'StoreError');
  } else if (advapi32().CryptSetProvParam(handle, keySetSecurity, descriptor.handle, daclInformation) === 0) {
    throw win32Error(what, 'CryptSetProvParam', lastError(), 'StoreError');
  }
}

function readDacl({ api, handle }: OpenedKey): string {
  const descriptor = nativeBuffer(longestDescriptor);
  const size = nativeBuffer();
  if (api === 'cng') {
    const flags = daclInformation | silent;
    const name = wideString(securityProperty);
    const status = ncrypt().NCryptGetProperty(handle, name, descriptor, longestDescriptor, size, flags);
    if (status !== 0) throw win32Error(what, 'NCryptGetProperty', status, 'StoreError');
  } else {
    size.writeUInt32LE(longestDescriptor, 0);
    if (advapi32().CryptGetProvParam(handle, keySetSecurity, descriptor, size, daclInformation) === 0) {
      throw win32Error(what, 'CryptGetProvParam', lastError(), 'StoreError');
    }
  }
  return formatSddl(descriptor, daclInformation, what);
}

/** What each account may do; nobody is named when everybody may do everything. */
function masksIn(sddl: string): ReadonlyMap<string, number> {
  const masks = new Map<string, number>();
  for (const { sid, mask } of parseDacl(sddl) ?? []) masks.set(sid, (masks.get(sid) ?? 0) | mask);
  return masks;
}

function isSame(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): boolean {
  return left.size === right.size && [...left].every(([sid, mask]) => right.get(sid) === mask);
}
