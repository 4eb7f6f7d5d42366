import { WacsError } from '../../core/errors.ts';
import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { localMemory } from './owned.ts';
import { daclInformation, formatSddl, ownerInformation, parseSddl } from './security-descriptor.ts';

/**
 * Owner Administrators; protected from inheritance; full access for SYSTEM and Administrators, inherited by everything
 * below. The owner is set too, because an owner may always change the list.
 */
const administratorsOnly = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';

/** The same for a file, which has nothing below it. */
const fileOfAdministrators = 'O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)';

/** The same, with read access for every user of the machine. */
const usersMayRead = 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)';

/** The same, and every user may start what is in it; somebody else's ownership ends. */
const usersMayRun = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)';

const fileObject = 1;
const protectedDacl = 0x8000_0000;

/** Everyone, Users, Authenticated Users, Interactive, Network, Anonymous, Guests; or no list at all. */
const openToOthers = /;;;(?:WD|BU|AU|IU|NU|AN|BG)\)|NO_ACCESS_CONTROL/;

/**
 * Lets only SYSTEM and Administrators into a folder, and into everything that is made in it from then on. What is in it
 * already keeps its permissions: call this while the folder is empty.
 * @throws WacsError AccessDenied; StorageError when the folder is missing or its file system has no permissions
 */
export function restrictToAdministrators(path: string): void {
  const what = `cannot restrict "${path}" to administrators`;
  setSecurity(path, { sddl: administratorsOnly, parts: ownerInformation | daclInformation, what });
  if (!openToOthers.test(readSddl(path))) return;
  throw new WacsError('StorageError', `${what}: the file system does not keep permissions`, {
    hint: 'choose a folder on an NTFS or ReFS volume',
  });
}

/** Lets only SYSTEM and Administrators at a file. @throws WacsError AccessDenied, StorageError. */
export function restrictFileToAdministrators(path: string): void {
  const what = `cannot restrict "${path}" to administrators`;
  setSecurity(path, { sddl: fileOfAdministrators, parts: ownerInformation | daclInformation, what });
}

/**
 * Lets every user of the machine read what is made in a folder from then on. A user reaches it by its full path although
 * the folder above is closed: everybody may pass through folders (SeChangeNotifyPrivilege).
 * @throws WacsError AccessDenied, StorageError
 */
export function allowUsersToRead(path: string): void {
  setSecurity(path, { sddl: usersMayRead, parts: daclInformation, what: `cannot let users read "${path}"` });
}

/**
 * Leaves a program, or a folder of programs, to SYSTEM and Administrators; every user may start what is in it.
 * @throws WacsError AccessDenied, StorageError
 */
export function allowUsersToRun(path: string): void {
  const what = `cannot close "${path}" to users`;
  setSecurity(path, { sddl: usersMayRun, parts: ownerInformation | daclInformation, what });
}

/**
 * Owner and access list in the security descriptor definition language (MS-DTYP section 2.5.1).
 * @throws WacsError AccessDenied, StorageError
 */
export function readSddl(path: string): string {
  const what = `cannot read the permissions of "${path}"`;
  const out = nativeBuffer();
  const parts = ownerInformation | daclInformation;
  const code = advapi32().GetNamedSecurityInfoW(wideString(path), fileObject, parts, 0n, 0n, 0n, 0n, out);
  if (code !== 0) throw win32Error(what, 'GetNamedSecurityInfoW', code);
  using descriptor = localMemory(out.readBigUInt64LE(0));
  return formatSddl(descriptor.handle, parts, what);
}

function setSecurity(path: string, wish: { sddl: string; parts: number; what: string }): void {
  const { sddl, parts, what } = wish;
  using descriptor = parseSddl(sddl, what);
  const protectedParts = (parts | protectedDacl) >>> 0;
  if (advapi32().SetFileSecurityW(wideString(path), protectedParts, descriptor.handle) === 0) {
    throw win32Error(what, 'SetFileSecurityW', lastError());
  }
}
