import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMIT_MS = 120_000;

/** Removes a tree, never what is mounted in it. */
export async function removeTree(folder: string): Promise<void> {
  await promisify(execFile)('/bin/rm', ['-rf', '--one-file-system', '--', folder], { timeout: LIMIT_MS });
}
