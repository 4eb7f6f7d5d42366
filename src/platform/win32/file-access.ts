import { type FileSecurity, fileRights } from './sddl.ts';

/** The part an object plays for a program: itself, the folder it lies in, or one further up. */
export type ObjectRole = 'program' | 'folder' | 'parent';

const { writeData, appendData, deleteChild, writeDac, writeOwner } = fileRights;
const takeOver = fileRights.delete | writeDac | writeOwner;

/**
 * Rights by which somebody gets another program started. In its folder, libraries could be put beside it. Further up,
 * making files and folders does no harm (every user may do so on C:\ and in ProgramData), renaming what leads to it does.
 */
const harmful: Readonly<Record<ObjectRole, number>> = {
  program: writeData | appendData | takeOver,
  folder: writeData | appendData | deleteChild | takeOver,
  parent: deleteChild | takeOver,
};

const shownRights: readonly (readonly [right: number, text: string])[] = [
  [fileRights.readData, 'read'],
  [writeData, 'write'],
  [appendData, 'append'],
  [deleteChild, 'delete what is in it'],
  [fileRights.delete, 'delete or rename'],
  [writeDac, 'change its permissions'],
  [writeOwner, 'take ownership'],
];

/** SYSTEM and who administers it anyway; CREATOR OWNER and OWNER RIGHTS stand for the owner, who is looked at himself. */
const trustedSids: ReadonlySet<string> = new Set([
  'SY',
  'S-1-5-18',
  'BA',
  'S-1-5-32-544',
  // TrustedInstaller
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
  // Administrator, Domain Admins and Enterprise Admins by alias
  'LA',
  'DA',
  'EA',
  // Server Operators: they rule the services of a domain controller, and Windows lets them write to Program Files there
  'SO',
  'S-1-5-32-549',
  'CO',
  'S-1-3-0',
  'OW',
  'S-1-3-4',
]);
/** Administrator, Domain Admins and Enterprise Admins of any domain. */
const trustedRid = /^S-1-5-21-\d+-\d+-\d+-(?:500|512|519)$/;

const names: Readonly<Record<string, string>> = {
  WD: 'Everyone',
  'S-1-1-0': 'Everyone',
  AU: 'Authenticated Users',
  BU: 'Users',
  IU: 'Interactive',
  BG: 'Guests',
  AN: 'Anonymous',
  NU: 'Network',
  PU: 'Power Users',
  DU: 'Domain Users',
};

/**
 * What others than administrators may do to an object, so that another program would be started, a phrase each.
 * @param administrators SIDs of further accounts that count as administrators
 */
export function harmfulAccess(
  security: FileSecurity,
  role: ObjectRole,
  administrators: ReadonlySet<string> = new Set(),
): readonly string[] {
  return accessBeyond(security, harmful[role], administrators);
}

/** Rights that let somebody know or change what is private. */
const privateRights = fileRights.readData | writeData | appendData | deleteChild | takeOver;

/**
 * What others than administrators may do with something private, a phrase each.
 * @param administrators SIDs of further accounts that count as administrators
 */
export function accessOfOthers(security: FileSecurity, administrators: ReadonlySet<string>): readonly string[] {
  return accessBeyond(security, privateRights, administrators);
}

function accessBeyond(
  { owner, allowed }: FileSecurity,
  watched: number,
  administrators: ReadonlySet<string>,
): readonly string[] {
  const isTrusted = (sid: string): boolean => trustedSids.has(sid) || trustedRid.test(sid) || administrators.has(sid);
  const byOwner = isTrusted(owner) ? [] : [`it belongs to ${nameOf(owner)}`];
  if (allowed === undefined) return [...byOwner, 'it has no permissions set: everybody may change it'];
  const masks = new Map<string, number>();
  for (const { sid, mask, inheritOnly } of allowed) {
    if (inheritOnly || isTrusted(sid) || (mask & watched) === 0) continue;
    masks.set(sid, (masks.get(sid) ?? 0) | (mask & watched));
  }
  return [...byOwner, ...[...masks].map(([sid, mask]) => `${nameOf(sid)} may ${rightsText(mask)}`)];
}

function nameOf(sid: string): string {
  return names[sid] ?? sid;
}

function rightsText(mask: number): string {
  return shownRights
    .filter(([right]) => (mask & right) !== 0)
    .map(([, text]) => text)
    .join(', ');
}
