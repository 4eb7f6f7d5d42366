import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { fetchDebianPackage } from '../pebble/debian-package.ts';
import { runTool } from '../pebble/run-tool.ts';
import { exists } from '../wine/install-packages.ts';

const fetchLimitMs = 240_000;
const temporary = '.tmp-';

/** Programs of BIND 9, and how they are started. */
export interface BindPrograms {
  /** Absolute path. */
  readonly named: string;
  /** Where their libraries are. */
  readonly env: Readonly<Record<string, string>>;
}

let running: Promise<BindPrograms> | undefined;

/**
 * BIND 9 of the machine's own Debian release, unpacked into the user's cache with what it depends on and the machine has
 * not. Nothing is installed: no service is started, and no AppArmor profile applies.
 * @throws EnvironmentUnavailable when it is not to be had on this machine.
 */
export function ensureBind(progress: (line: string) => void = () => {}): Promise<BindPrograms> {
  running ??= findBind(progress).finally(() => {
    running = undefined;
  });
  return running;
}

async function findBind(progress: (line: string) => void): Promise<BindPrograms> {
  const suite = await debianRelease();
  const cache = cacheFolder();
  const folder = join(cache, `${suite}_${process.arch}`);
  if (await exists(folder)) {
    const cached = await usablePrograms(folder).catch(() => undefined);
    if (cached !== undefined) return cached;
    // Unpacked for a machine that had more of its own.
    await rm(folder, { recursive: true, force: true });
  }
  await download(folder, { cache, suite, progress });
  return usablePrograms(folder);
}

async function usablePrograms(folder: string): Promise<BindPrograms> {
  const named = join(folder, 'usr', 'sbin', 'named');
  const env = { LD_LIBRARY_PATH: (await libraryFolders(folder)).join(':') };
  await runTool(named, ['-V'], { env });
  return { named, env };
}

async function debianRelease(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const suite = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1];
  if (/^ID="?debian"?$/m.test(release) && suite !== undefined) return suite;
  throw new EnvironmentUnavailable('BIND is taken from Debian, which this machine does not run');
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'wacs-test', 'bind');
}

interface Download {
  readonly cache: string;
  readonly suite: string;
  readonly progress: (line: string) => void;
}

async function download(folder: string, { cache, suite, progress }: Download): Promise<void> {
  await mkdir(cache, { recursive: true });
  const workFolder = await mkdtemp(join(cache, temporary));
  const signal = AbortSignal.timeout(fetchLimitMs);
  try {
    const request = { name: 'bind9', suites: [suite], accepts: () => true, withDependencies: true };
    const { files } = await fetchDebianPackage({ ...request, workFolder, signal, progress });
    const unpacked = join(workFolder, 'unpacked');
    for (const file of files) await runTool('/usr/bin/dpkg', ['--extract', file, unpacked], { signal });
    // Another process may have been quicker: then its copy stays.
    await rename(unpacked, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error;
    });
    progress('bind9: ready');
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function libraryFolders(folder: string): Promise<string[]> {
  const bases = [join(folder, 'usr', 'lib'), join(folder, 'lib')];
  const lists = await Promise.all(
    bases.map(async (base) => {
      const names = await readdir(base).catch(() => []);
      return [base, ...names.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(base, name))];
    }),
  );
  return lists.flat();
}
