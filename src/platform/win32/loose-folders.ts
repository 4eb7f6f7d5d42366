import { win32 } from 'node:path';

/**
 * Folders a task of SYSTEM must not depend on, with what they are: temporary ones are emptied, and what lies in a user's
 * profile (downloads, desktop, AppData) belongs to the user and goes with him.
 */
export function looseFolders(
  env: Readonly<Record<string, string | undefined>>,
): readonly (readonly [path: string, what: string])[] {
  const { TEMP, TMP, PUBLIC, SystemRoot = 'C:\\Windows', SystemDrive = 'C:' } = env;
  const profiles = PUBLIC === undefined ? `${SystemDrive}\\Users` : win32.dirname(PUBLIC);
  const folders: readonly (readonly [path: string | undefined, what: string])[] = [
    [TEMP, 'the folder for temporary files'],
    [TMP, 'the folder for temporary files'],
    [win32.join(SystemRoot, 'Temp'), 'the folder for temporary files'],
    [profiles, 'the profile of a user'],
  ];
  return folders.flatMap(([path, what]) => (path === undefined || path === '' ? [] : [[path, what] as const]));
}
