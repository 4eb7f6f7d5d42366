import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { exists } from './install-packages.ts';
import { type Wine, type WineProgram, wineEnvironment } from './wine.ts';

const LIMIT_MS = 30_000;
/** Wine 8 cannot run the Node that is in the executable. */
const OLDEST = 9;

const run = promisify(execFile);

/** Whether a mount namespace with a /proc of its own can be made here; unprivileged containers refuse it. */
export async function mayMount(): Promise<boolean> {
  const args = ['--mount', '--propagation', 'private', '--root=/', '--mount-proc', '--', '/bin/true'];
  return run('/usr/bin/unshare', args, { timeout: LIMIT_MS }).then(
    () => true,
    () => false,
  );
}

/** What `wine --version` says. */
export async function wineVersion(wine: Wine): Promise<string> {
  const { file, args } = wine.command('wine', ['--version'], wine.template.slice(0, wine.template.lastIndexOf('/')));
  return ask(file, args, wineEnvironment(wine, wine.template));
}

/**
 * Version and programs of the Wine that a launcher belongs to.
 * @throws EnvironmentUnavailable when it does not run or is too old.
 */
export async function ownPrograms(
  launcher: string,
): Promise<{ version: string; programs: Readonly<Record<WineProgram, string>> }> {
  const version = await ask(launcher, ['--version'], { ...process.env, WINEDEBUG: '-all' });
  const major = Number(/^wine-(\d+)/.exec(version)?.[1] ?? 0);
  if (major < OLDEST) throw new EnvironmentUnavailable(`WACS_WINE is ${version}, Wine ${OLDEST} or later is needed`);
  const beside = join(dirname(launcher), 'wineserver');
  const wineserver = (await exists(beside)) ? beside : 'wineserver';
  return { version, programs: { wine: launcher, wineserver } };
}

async function ask(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run(file, args, { env, timeout: LIMIT_MS });
    return stdout.trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new EnvironmentUnavailable(`Wine does not start: ${reason}`, { cause: error });
  }
}
