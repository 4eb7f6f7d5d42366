import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './remove-tree.ts';
import { runBounded } from './run-bounded.ts';
import { type Wine, wineEnvironment } from './wine.ts';

const CALL_LIMIT_MS = 20_000;
const IDLE_LIMIT_S = 60;

/** Start of a prefix's folder name: the process it belongs to. */
export function ownerMark(): string {
  return `${process.pid}-`;
}

/** Removes the prefixes of test processes that ended without doing it. */
export async function removeOrphans(wine: Wine): Promise<void> {
  for (const name of await readdir(wine.prefixes)) {
    const owner = Number.parseInt(name, 10);
    if (owner > 0 && !isAlive(owner)) await removePrefix(wine, join(wine.prefixes, name));
  }
}

/**
 * Starts the server of a prefix, for a minute after its last program. Left to the programs, it begins to end itself with
 * the last of them, and one that comes just then is refused ("Connection reset by peer"). One that runs already stays.
 */
export async function startPrefix(wine: Wine, prefix: string): Promise<void> {
  await callServer(wine, prefix, `-p${IDLE_LIMIT_S}`);
}

/** Kills all programs of a prefix and its server, and waits until they are gone. */
export async function stopPrefix(wine: Wine, prefix: string): Promise<void> {
  await callServer(wine, prefix, '-k');
  await callServer(wine, prefix, '-w');
}

export async function removePrefix(wine: Wine, prefix: string): Promise<void> {
  await stopPrefix(wine, prefix);
  await removeTree(prefix);
}

/** Ending it fails when none runs, starting it when one does: both are what is wanted. */
async function callServer(wine: Wine, prefix: string, option: string): Promise<void> {
  const devNull = await open('/dev/null', 'w');
  try {
    await runBounded(wine.command('wineserver', [option], wine.prefixes), {
      env: wineEnvironment(wine, prefix),
      timeoutMs: CALL_LIMIT_MS,
      stdout: devNull.fd,
      stderr: devNull.fd,
    });
  } finally {
    await devNull.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
