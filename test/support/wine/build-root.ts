import { execFile } from 'node:child_process';
import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { readDebianMirrors } from '../pebble/apt-sources.ts';
import { APT_OPTIONS, exists, installPackages } from './install-packages.ts';
import { removeTree } from './remove-tree.ts';
import { runStep } from './run-step.ts';
import { type Command, commandInRoot } from './wine.ts';

const SUITE = 'trixie';
const BOOTSTRAP_LIMIT_MS = 180_000;
const APT_LIMIT_MS = 240_000;
const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
] as const;

export interface RootOptions {
  readonly root: string;
  readonly log: string;
  /** Whether mount namespaces are to be had. */
  readonly ownMounts: boolean;
  readonly progress: (line: string) => void;
}

/**
 * Makes a Debian tree with Wine 10 in it, from the mirror the machine's own apt uses.
 * @throws EnvironmentUnavailable when a tool or a package is not to be had.
 */
export async function buildRoot(options: RootOptions): Promise<void> {
  await installPackages([{ name: 'debootstrap', program: '/usr/sbin/debootstrap' }], options.progress);
  await bootstrap(options);
  await configure(options.root);
  options.progress('wine: installing it in the tree (about 30 s)');
  await aptGetInRoot(options, ['update']);
  await aptGetInRoot(options, ['install', '--yes', '--no-install-recommends', 'wine64', 'wine']);
  await aptGetInRoot(options, ['clean']);
  // Wine finds its libraries through this link. A mounted /proc covers it; where none can be mounted it suffices.
  await mkdir(join(options.root, 'proc', 'self'), { recursive: true });
  await symlink('/usr/lib/wine/wine64', join(options.root, 'proc', 'self', 'exe'));
}

async function bootstrap({ root, log, ownMounts, progress }: RootOptions): Promise<void> {
  const keyring = (await Promise.all(KEYRINGS.map(exists))).indexOf(true);
  const mirror = (await readDebianMirrors()).find((uri) => /^https?:/.test(uri));
  if (mirror === undefined) throw new EnvironmentUnavailable("apt's configuration names no Debian mirror");
  if (keyring < 0) throw new EnvironmentUnavailable('the keys of the Debian archive are not installed');
  progress(`wine: debootstrap of Debian ${SUITE} (about 30 s)`);
  const https = mirror.startsWith('https:') ? ['--include=ca-certificates'] : [];
  const args = ['--variant=minbase', `--keyring=${KEYRINGS[keyring]}`, ...https, SUITE, root, mirror];
  await runStep({
    name: `debootstrap of Debian ${SUITE}`,
    command: contained(ownMounts, { file: '/usr/sbin/debootstrap', args }),
    env: await proxyEnvironment(),
    timeoutMs: BOOTSTRAP_LIMIT_MS,
    log,
    retries: 2,
    beforeRetry: () => removeTree(root),
  });
}

/**
 * In namespaces of its own, all that a step mounts and all processes it starts go away with it, even when it or we are
 * killed.
 */
function contained(ownMounts: boolean, command: Command): Command {
  if (!ownMounts) return command;
  const namespaces = ['--mount', '--propagation', 'private', '--mount-proc', '--pid', '--fork', '--kill-child'];
  const args = ['--pdeathsig', 'KILL', '/usr/bin/unshare', ...namespaces, '--', command.file, ...command.args];
  return { file: '/usr/bin/setpriv', args };
}

async function configure(root: string): Promise<void> {
  const network = (await aptSettings()).filter((line) => /^Acquire::(https?|Check-)/.test(line));
  await writeFile(join(root, 'etc/apt/apt.conf.d/99network'), `${network.join('\n')}\n`, { mode: 0o600 });
  await mkdir(join(root, 'etc/dpkg/dpkg.cfg.d'), { recursive: true });
  // A tree that is lost in a power cut is built again.
  await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/fast'), 'force-unsafe-io\n');
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await appendFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
}

async function aptGetInRoot({ root, log, ownMounts }: RootOptions, args: readonly string[]): Promise<void> {
  await runStep({
    name: `apt-get ${args[0]} in the tree`,
    command: contained(ownMounts, commandInRoot(root, ownMounts, ['/usr/bin/apt-get', ...APT_OPTIONS, ...args])),
    env: { DEBIAN_FRONTEND: 'noninteractive', HOME: '/root' },
    timeoutMs: APT_LIMIT_MS,
    log,
    retries: 2,
  });
}

/** debootstrap downloads with wget, which does not know apt's settings. */
async function proxyEnvironment(): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    if (process.env[name] !== undefined) environment[name] = process.env[name];
  }
  for (const line of await aptSettings()) {
    const [, scheme, url] = /^Acquire::(https?)::Proxy "(http.*)";/i.exec(line) ?? [];
    if (scheme !== undefined && url !== undefined) environment[`${scheme.toLowerCase()}_proxy`] ??= url;
  }
  return environment;
}

async function aptSettings(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('/usr/bin/apt-config', ['dump', 'Acquire'], { timeout: 20_000 });
  return stdout.split('\n');
}
