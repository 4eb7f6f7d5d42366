import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PermissionKeeper } from '../private-folders.ts';
import { readSddl, restrictFileToAdministrators, restrictToAdministrators } from './acl.ts';
import { accessOfOthers } from './file-access.ts';
import { ownAdministratorSid } from './own-account.ts';
import { parseFileSddl } from './sddl.ts';

/** Access lists: SYSTEM and Administrators alone, nothing inherited from above. */
export function createWindowsPermissions(): PermissionKeeper {
  let own: ReadonlySet<string> | undefined;
  const administrators = (): ReadonlySet<string> => {
    own ??= new Set([ownAdministratorSid()].filter((sid) => sid !== undefined));
    return own;
  };
  return {
    exists: existsSync,
    openTo: (path) => accessOfOthers(parseFileSddl(readSddl(path)), administrators()),
    close: closeTree,
    commandFor: (path) => `icacls "${path}" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F`,
  };
}

/** From the top, so that nobody gets in any more while the rest is done. */
function closeTree(path: string, below: boolean): void {
  const isFolder = statSync(path).isDirectory();
  if (isFolder) restrictToAdministrators(path);
  else restrictFileToAdministrators(path);
  if (!isFolder || !below) return;
  for (const name of readdirSync(path)) closeTree(join(path, name), true);
}
