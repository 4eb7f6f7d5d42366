import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { runStep } from './run-step.ts';

const UPDATE_LIMIT_MS = 120_000;
const INSTALL_LIMIT_MS = 240_000;

export const APT_OPTIONS = [
  '--quiet',
  '--option=Acquire::Retries=3',
  '--option=Acquire::http::Timeout=20',
  '--option=Acquire::https::Timeout=20',
  '--option=DPkg::Lock::Timeout=120',
] as const;

/** A Debian package, and a program of it that shows whether it is there. */
export interface WantedPackage {
  readonly name: string;
  readonly program: string;
}

/**
 * Installs what is missing of `packages` with the machine's own apt-get.
 * @throws EnvironmentUnavailable when this is no Debian, we are not root, or apt-get fails.
 */
export async function installPackages(
  packages: readonly WantedPackage[],
  progress: (line: string) => void,
): Promise<void> {
  const present = await Promise.all(packages.map(({ program }) => exists(program)));
  const missing = packages.filter((_, index) => !present[index]).map(({ name }) => name);
  if (missing.length === 0) return;
  await requireDebianRoot(`installing ${missing.join(', ')}`);
  progress(`apt-get: installing ${missing.join(', ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'wacs-apt-'));
  try {
    await aptGet(['update'], join(folder, 'log'), UPDATE_LIMIT_MS);
    await aptGet(['install', '--yes', '--no-install-recommends', ...missing], join(folder, 'log'), INSTALL_LIMIT_MS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws EnvironmentUnavailable unless this is a Debian on x64 and we are root. */
export async function requireDebianRoot(purpose: string): Promise<void> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (process.platform !== 'linux' || process.arch !== 'x64' || !/^ID="?debian"?$/m.test(release)) {
    throw new EnvironmentUnavailable(`${purpose} needs Debian on x64`);
  }
  if (process.geteuid?.() !== 0) throw new EnvironmentUnavailable(`${purpose} needs root`);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function aptGet(args: readonly string[], log: string, timeoutMs: number): Promise<void> {
  const [verb = ''] = args;
  await runStep({
    name: `apt-get ${verb}`,
    command: { file: '/usr/bin/apt-get', args: [...APT_OPTIONS, ...args] },
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs,
    log,
    retries: 2,
  });
}
