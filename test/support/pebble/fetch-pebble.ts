import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fetchDebianPackage } from './debian-package.ts';
import { EnvironmentUnavailable } from './environment-unavailable.ts';
import { runTool } from './run-tool.ts';

const FETCH_LIMIT_MS = 240_000;
const LEFTOVER_AGE_MS = 3_600_000;
const TEMPORARY = '.tmp-';
const EXE = process.platform === 'win32' ? '.exe' : '';

export interface PebblePrograms {
  /** Absolute paths. */
  readonly pebble: string;
  readonly challtestsrv: string;
  /** As packaged, such as `2.10.0+ds1-2`; `dev` when a folder was given and its program does not know. */
  readonly version: string;
}

let running: Promise<PebblePrograms> | undefined;

/**
 * Finds Pebble 2.10 or a later 2.x: in the folder that WACS_PEBBLE names, else in the user's cache, else downloaded
 * into that cache from Debian's forky or sid suite (about 14 MB, at most 4 minutes). Calls may overlap, in one
 * process or several.
 * @throws EnvironmentUnavailable when it is not to be had on this machine.
 */
export function ensurePebble(progress: (line: string) => void = () => {}): Promise<PebblePrograms> {
  running ??= findPebble(progress).finally(() => {
    running = undefined;
  });
  return running;
}

async function findPebble(progress: (line: string) => void): Promise<PebblePrograms> {
  const given = process.env.WACS_PEBBLE;
  if (given !== undefined && given !== '') return givenPebble(resolve(given));
  const cache = cacheFolder();
  try {
    return (await cachedPebble(cache)) ?? (await downloadPebble(cache, progress));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EnvironmentUnavailable(`the cache folder for Pebble cannot be used: ${error.message}`, { cause: error });
  }
}

async function givenPebble(folder: string): Promise<PebblePrograms> {
  const paths = (await programsIn(folder)) ?? (await programsIn(join(folder, 'usr', 'bin')));
  if (paths === undefined) {
    throw new EnvironmentUnavailable(`WACS_PEBBLE names ${folder}, which lacks pebble or pebble-challtestsrv`);
  }
  const output = await runTool(paths.pebble, ['-version']);
  return { ...paths, version: output.replace(/^Pebble version:/, '').trim() };
}

/** Outside the checkout, so that a clean checkout need not download again. */
function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'wacs-test', 'pebble');
}

async function cachedPebble(cache: string): Promise<PebblePrograms | undefined> {
  const suffix = `_${process.arch}`;
  const names = await readdir(cache).catch(() => []);
  for (const name of names.filter((entry) => entry.endsWith(suffix)).sort(byVersion)) {
    const version = name.slice(0, -suffix.length);
    const paths = isWanted(version) ? await programsIn(join(cache, name, 'usr', 'bin')) : undefined;
    if (paths !== undefined) return { ...paths, version };
  }
  return undefined;
}

async function downloadPebble(cache: string, progress: (line: string) => void): Promise<PebblePrograms> {
  if (process.platform !== 'linux') {
    throw new EnvironmentUnavailable(
      `Pebble cannot be downloaded on ${process.platform}; name its folder in WACS_PEBBLE`,
    );
  }
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache);
  const workFolder = await mkdtemp(join(cache, TEMPORARY));
  const signal = AbortSignal.timeout(FETCH_LIMIT_MS);
  try {
    const request = { name: 'pebble', suites: ['forky', 'sid'], accepts: isWanted, workFolder, signal, progress };
    const { file, version } = await fetchDebianPackage(request);
    const unpacked = join(workFolder, 'unpacked');
    await runTool('/usr/bin/dpkg', ['--extract', file, unpacked], { signal });
    // On a system older than the package it would not start.
    await runTool(join(unpacked, 'usr', 'bin', 'pebble'), ['-version'], { signal });
    await publish(unpacked, join(cache, `${version}_${process.arch}`));
    progress(`pebble: ${version} is ready`);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  const pebble = await cachedPebble(cache);
  if (pebble === undefined)
    throw new EnvironmentUnavailable("Debian's package of Pebble lacks a program it used to have");
  return pebble;
}

/** Another process may have put the same version there first: then its copy stays. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error) || !['EEXIST', 'ENOTEMPTY'].includes(error.code ?? '')) throw error;
  }
}

/** Half-done downloads of processes that were killed. */
async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const { mtimeMs } = await stat(join(cache, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LEFTOVER_AGE_MS) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function programsIn(folder: string): Promise<Omit<PebblePrograms, 'version'> | undefined> {
  const paths = { pebble: join(folder, `pebble${EXE}`), challtestsrv: join(folder, `pebble-challtestsrv${EXE}`) };
  const runnable = Object.values(paths).map((path) => access(path, constants.X_OK));
  return Promise.all(runnable).then(
    () => paths,
    () => undefined,
  );
}

/** Options and behaviour these tests count on came with 2.10. */
function isWanted(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 2 && minor >= 10;
}

function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
