import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMIT_MS = 120_000;
const RETRY_DELAY_MS = 1_000;
const TRIES = 3;

/** Removes a tree, never what is mounted in it. A process that is just being killed may still write to it. */
export async function removeTree(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await promisify(execFile)('/bin/rm', ['-rf', '--one-file-system', '--', folder], { timeout: LIMIT_MS });
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
  }
}
