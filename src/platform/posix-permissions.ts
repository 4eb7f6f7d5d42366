import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './file-errors.ts';
import type { PermissionKeeper } from './private-folders.ts';

const others = 0o077;
const phrases: readonly (readonly [bits: number, phrase: string])[] = [
  [0o040, 'the group may read'],
  [0o020, 'the group may write'],
  [0o004, 'everybody may read'],
  [0o002, 'everybody may write'],
];

/** Permission bits: 0700 for folders, 0600 for files. */
export const posixPermissions: PermissionKeeper = {
  exists: existsSync,
  openTo(path) {
    const mode = attempt('look at', path, () => statSync(path).mode);
    return phrases.filter(([bits]) => (mode & bits) !== 0).map(([, phrase]) => phrase);
  },
  close: (path, below) => attempt('close', path, () => closeTree(path, below)),
  commandFor: (path) => `chmod -R go= "${path}"`,
};

function closeTree(path: string, below: boolean): void {
  const status = statSync(path);
  chmodSync(path, status.mode & 0o7777 & ~others);
  if (!below || !status.isDirectory()) return;
  for (const entry of readdirSync(path)) closeTree(join(path, entry), true);
}

function attempt<Result>(action: string, path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw fileError(error, action, path);
  }
}
