import { win32 } from 'node:path';
import type { ExecutableGuard } from '../../core/program.ts';
import { harmfulAccess, type ObjectRole } from './file-access.ts';
import { parseFileSddl } from './sddl.ts';

/** What the guard finds out about the machine. */
export interface GuardFacts {
  /** Answer of GetDriveTypeW for a root such as `C:\`. */
  driveType(root: string): number;
  /** The path behind links, substituted and mapped drives; undefined when there is nothing. */
  realPath(path: string): Promise<string | undefined>;
  /** Owner and access list. @throws WacsError AccessDenied, StorageError. */
  readSddl(path: string): string;
  /** SID of the running account if it is an administrator's. */
  ownAdministratorSid(): string | undefined;
  /** Folders whose content nobody vouches for, with what they are. */
  readonly looseFolders: readonly (readonly [path: string, what: string])[];
}

const driveKinds: Readonly<Record<number, string>> = {
  2: 'a removable drive',
  4: 'a network drive, which SYSTEM does not see',
  5: 'a CD or DVD drive',
  6: 'a RAM disk, which is empty after a restart',
};

/** A guard on top of Win32: drive, folder, and the permissions of the program and of every folder that leads to it. */
export function createExecutableGuard(facts: GuardFacts): ExecutableGuard {
  return {
    inspectPlace: async (path) => placeProblems(withoutPrefix(path), facts),
    async inspect(path) {
      const plain = withoutPrefix(path);
      const places = placeProblems(plain, facts);
      if (places.length > 0) return places;
      const real = withoutPrefix((await facts.realPath(plain)) ?? plain);
      const leadsElsewhere = fold(real) !== fold(plain);
      if (!leadsElsewhere) return accessProblems(plain, facts);
      const realPlaces = placeProblems(real, facts).map((problem) => `it leads to ${real}: ${problem}`);
      if (realPlaces.length > 0) return realPlaces;
      const root = win32.parse(plain).root;
      const realRoot = withoutPrefix((await facts.realPath(root)) ?? root);
      if (fold(realRoot) !== fold(root))
        return [`drive ${root} is a substitute for ${realRoot}, which SYSTEM does not see`];
      return [...new Set([...accessProblems(plain, facts), ...accessProblems(real, facts)])];
    },
  };
}

function placeProblems(path: string, { driveType, looseFolders }: GuardFacts): readonly string[] {
  if (path.startsWith('\\\\')) return [`${path} is on a network share, which SYSTEM cannot rely on`];
  const { root } = win32.parse(path);
  const kind = driveKinds[driveType(root)];
  if (kind !== undefined) return [`${root} is ${kind}`];
  const loose = looseFolders.find(([folder]) => folder !== '' && isBelow(path, folder));
  return loose === undefined ? [] : [`it lies in ${loose[1]} (${loose[0]})`];
}

function accessProblems(path: string, facts: GuardFacts): readonly string[] {
  const own = facts.ownAdministratorSid();
  const administrators = new Set(own === undefined ? [] : [own]);
  return chainOf(path).flatMap(([object, role]) =>
    accessTo(object, role, { ...facts, administrators }).map((problem) => `${object}: ${problem}`),
  );
}

function accessTo(
  object: string,
  role: ObjectRole,
  { readSddl, administrators }: Pick<GuardFacts, 'readSddl'> & { readonly administrators: ReadonlySet<string> },
): readonly string[] {
  const sddl = readSddl(object);
  try {
    return harmfulAccess(parseFileSddl(sddl), role, administrators);
  } catch (error) {
    if (error instanceof RangeError) return [`its permissions cannot be understood: ${error.message}`];
    throw error;
  }
}

/** The program, its folder and all folders above, the root last. */
function chainOf(path: string): readonly (readonly [object: string, role: ObjectRole])[] {
  const chain: [string, ObjectRole][] = [[path, 'program']];
  for (let current = path; win32.dirname(current) !== current; current = win32.dirname(current)) {
    chain.push([win32.dirname(current), chain.length === 1 ? 'folder' : 'parent']);
  }
  return chain;
}

/** `\\?\C:\x` means `C:\x`, `\\?\UNC\server\share` means `\\server\share`. */
function withoutPrefix(path: string): string {
  return win32.normalize(path.replace(/^\\\\\?\\UNC\\/i, '\\\\').replace(/^\\\\\?\\/, ''));
}

function isBelow(path: string, folder: string): boolean {
  const base = fold(folder).replace(/\\+$/, '');
  return fold(path).startsWith(`${base}\\`);
}

function fold(path: string): string {
  return win32.normalize(path).toLowerCase();
}
