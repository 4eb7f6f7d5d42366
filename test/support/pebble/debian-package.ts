import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDebianMirrors } from './apt-sources.ts';
import { EnvironmentUnavailable } from './environment-unavailable.ts';
import { runTool, type ToolOptions } from './run-tool.ts';

const APT_GET = '/usr/bin/apt-get';
const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
] as const;

export interface DebianPackageRequest {
  readonly name: string;
  /** Suites to look in, first one that serves wins. */
  readonly suites: readonly string[];
  /** Whether a version (Debian's, such as `2.10.0+ds1-2`) will do. */
  readonly accepts: (version: string) => boolean;
  /** An existing folder of the caller's; it fills up with apt's files and is the caller's to remove. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Also what it depends on and this machine has not; the suites must then be those of the machine. */
  readonly withDependencies?: boolean;
}

export interface DebianPackage {
  readonly file: string;
  readonly version: string;
  /** The package and, if asked for, what it depends on. */
  readonly files: readonly string[];
}

/**
 * Downloads a package of another Debian suite, checked by apt against Debian's archive keys, from the mirror the
 * machine itself uses. The apt state of the machine is neither used nor changed, and no privilege is needed.
 * @throws EnvironmentUnavailable when this is no Debian, or no mirror and suite serves the package.
 */
export async function fetchDebianPackage(request: DebianPackageRequest): Promise<DebianPackage> {
  const keyring = await firstExisting(KEYRINGS);
  const mirrors = await readDebianMirrors();
  if (keyring === undefined) throw new EnvironmentUnavailable('the keys of the Debian archive are not installed');
  if (mirrors.length === 0) throw new EnvironmentUnavailable("apt's configuration names no Debian mirror");
  const failures: string[] = [];
  for (const [index, source] of combine(mirrors.slice(0, 2), request.suites).entries()) {
    request.progress(`${request.name}: downloading from Debian ${source.suite}`);
    const folder = join(request.workFolder, `apt-${index}`);
    const result = await fetchFrom({ ...request, ...source, keyring, folder }).catch(toFailure);
    if (!(result instanceof EnvironmentUnavailable)) return result;
    failures.push(`${source.suite}: ${result.reason}`);
    request.progress(`${request.name}: ${failures.at(-1)}`);
  }
  throw new EnvironmentUnavailable(`${request.name} cannot be downloaded: ${[...new Set(failures)].join('; ')}`);
}

interface Attempt extends DebianPackageRequest {
  readonly mirror: string;
  readonly suite: string;
  readonly keyring: string;
  readonly folder: string;
}

async function fetchFrom(attempt: Attempt): Promise<DebianPackage> {
  const { folder, name, signal } = attempt;
  const options = { cwd: folder, env: { APT_CONFIG: join(folder, 'apt.conf') }, signal };
  await writeAptConfiguration(attempt);
  await runTool(APT_GET, ['--quiet', '--error-on=any', 'update'], options);
  const wanted = new Set([name, ...(attempt.withDependencies === true ? await missingFor(name, options) : [])]);
  await runTool(APT_GET, ['--quiet', 'download', ...wanted], options);
  const debs = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
  const deb = debs.find((file) => file.startsWith(`${name}_`));
  if (deb === undefined) throw new EnvironmentUnavailable('apt-get left no package behind');
  const file = join(folder, deb);
  const version = (await runTool('/usr/bin/dpkg-deb', ['--field', file, 'Version'], { signal })).trim();
  if (!attempt.accepts(version)) throw new EnvironmentUnavailable(`it offers only ${name} ${version}`);
  return { file, version, files: debs.map((one) => join(folder, one)) };
}

/** What apt-get would install, found out without installing anything. */
async function missingFor(name: string, options: ToolOptions): Promise<string[]> {
  const args = ['--quiet', '--simulate', '--no-install-recommends', 'install', name];
  const plan = await runTool(APT_GET, args, options);
  return Array.from(plan.matchAll(/^Inst (\S+)/gm), ([, one = '']) => one);
}

async function writeAptConfiguration(attempt: Attempt): Promise<void> {
  const { folder, mirror, suite, keyring, signal } = attempt;
  await mkdir(join(folder, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  // Proxies and the like stand under Acquire; the rest (hooks above all) must not run here.
  const ofTheMachine = await runTool('/usr/bin/apt-config', ['dump', 'Acquire'], { signal });
  const status = attempt.withDependencies === true ? '/var/lib/dpkg/status' : join(folder, 'status');
  const configuration = ofTheMachine + aptConfiguration(folder, status);
  await writeFile(join(folder, 'apt.conf'), configuration, { mode: 0o600 });
}

function aptConfiguration(folder: string, status: string): string {
  return `
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::State "${folder}/state";
Dir::State::status "${status}";
Dir::Cache "${folder}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`;
}

function combine(mirrors: readonly string[], suites: readonly string[]): { mirror: string; suite: string }[] {
  return mirrors.flatMap((mirror) => suites.map((suite) => ({ mirror, suite })));
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  return undefined;
}

function toFailure(error: unknown): EnvironmentUnavailable {
  if (error instanceof EnvironmentUnavailable) return error;
  throw error;
}
