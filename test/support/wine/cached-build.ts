import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { withProcessLock } from './process-lock.ts';
import { removeTree } from './remove-tree.ts';

const MARKER = 'ready.json';
const LOCK_LIMIT_MS = 900_000;

export interface CachedBuild {
  /** Where the result is to stand. */
  readonly folder: string;
  /** A finished folder of another recipe is replaced. */
  readonly recipe: string;
  /** Fills the folder it is given, which is moved to its place afterwards, and gives back the version made. */
  build(workFolder: string, log: string): Promise<string>;
}

/**
 * Gives back the version in `folder` after building it where it is missing, half-built or of another recipe. What
 * stands in its place is always whole: it is built elsewhere, marked last, and moved.
 * @throws EnvironmentUnavailable when the build throws it or the folder cannot be used.
 */
export async function ensureBuilt(wanted: CachedBuild): Promise<string> {
  const present = await readMarker(wanted);
  if (present !== undefined) return present;
  try {
    await mkdir(dirname(wanted.folder), { recursive: true });
    const lock = `wacs-test:${wanted.folder}`.slice(0, 100);
    return await withProcessLock(lock, LOCK_LIMIT_MS, async () => (await readMarker(wanted)) ?? (await build(wanted)));
  } catch (error) {
    if (error instanceof EnvironmentUnavailable || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new EnvironmentUnavailable(`${wanted.folder} cannot be built: ${error.message}`, { cause: error });
  }
}

async function build(wanted: CachedBuild): Promise<string> {
  const { folder, recipe } = wanted;
  await removeLeftovers(folder);
  const work = await mkdtemp(temporaryName(folder));
  const log = `${folder}.log`;
  await writeFile(log, '');
  try {
    const version = await wanted.build(work, log);
    await writeFile(join(work, MARKER), JSON.stringify({ recipe, version }));
    await removeTree(folder);
    await rename(work, folder);
    return version;
  } finally {
    await removeTree(work);
  }
}

async function readMarker({ folder, recipe }: CachedBuild): Promise<string | undefined> {
  try {
    const marker: unknown = JSON.parse(await readFile(join(folder, MARKER), 'utf8'));
    const { recipe: made, version } = marker as { recipe?: unknown; version?: unknown };
    return made === recipe && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Of builders that were killed. What cannot be removed is not in the way. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = basename(temporaryName(folder));
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await removeTree(join(dirname(folder), name)).catch(() => {});
  }
}

function temporaryName(folder: string): string {
  return `${folder}.tmp-`;
}
