import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Most of a prefix (700 MB) are programs nobody writes to: those are shared. */
const SHARED = new Set(['.dll', '.exe', '.drv', '.sys', '.ocx', '.cpl', '.acm', '.ax', '.nls', '.ttf', '.fon', '.tlb']);

/** Copies a prefix. Programs become hard links: replace one by removing it first, never write into it. */
export async function copyPrefix(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyPrefix(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (SHARED.has(extname(entry.name).toLowerCase())) await link(source, target);
    else if (entry.isFile()) await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}
