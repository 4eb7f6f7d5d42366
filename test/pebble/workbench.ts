import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunReport } from '../../src/cli/run-report.ts';
import { exitCodeOf } from '../../src/exit-codes.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { type RunWacsOptions, runWacs, type WacsResult } from '../support/run-wacs.ts';
import { allFiles, assertNoSecrets, assertStateIsWhole } from './state-checks.ts';

/** Validations and orders are asked for again after 0.25 s instead of the second Pebble would name. */
export const quick = { retryAfter: { authz: 0, order: 0 } } as const;

/** What a run left, its report included. */
export interface Run extends WacsResult {
  /** Both streams. */
  readonly output: string;
  /** `status.json` as this run wrote it; undefined when it did not. */
  readonly report: RunReport | undefined;
}

/** A renewal file, as far as tests look into it. */
export interface RenewalFile {
  readonly id: string;
  readonly friendlyName: string;
  plan: Record<string, unknown>;
  state: StateFields;
  parts?: { readonly name: string; state: StateFields }[];
  readonly history: readonly { readonly result: string }[];
}

/** What a renewal file says of one certificate. */
export interface StateFields {
  certificate?: { thumbprint: string; deployed: boolean; notBefore: string; notAfter: string; revoked?: boolean };
  renewalInfo?: { askAgainAt: string; windowStart?: string; windowEnd?: string; selectedMoment?: string };
  failures?: { count: number; code: string };
}

/** A machine of its own for one CA: state folder, stores, and a way to run the program on it. */
export interface Workbench {
  /** Temporary; its name has a blank. */
  readonly folder: string;
  /** `--configpath` */
  readonly state: string;
  /** Folder of the CA below `state`. */
  readonly authority: string;
  readonly pem: string;
  readonly pfx: string;
  /**
   * Runs the bundle with the CA and the state folder, and checks what holds after every run: state files are whole, the
   * report tells the exit code, and nothing shows a secret.
   */
  run(args: readonly string[], options?: RunWacsOptions): Promise<Run>;
  /** A quick `--source manual`: EC key, self-hosting where the CA looks, PEM files, no task. */
  create(host: string, args?: readonly string[], options?: RunWacsOptions): Promise<Run>;
  readRenewal(id: string): RenewalFile;
  /** Changes a renewal file as an administrator would by hand. */
  editRenewal(id: string, change: (renewal: RenewalFile) => void): void;
  writeSettings(settings: object): void;
  /** Text of a PEM file of a host. */
  readPem(host: string, part: 'crt' | 'chain' | 'chain-only' | 'key'): string;
  /** Ids of the renewals on disk. */
  ids(): string[];
}

/** Options whose value must never be seen again. */
const secretOptions = [
  '--pfxpassword',
  '--pempassword',
  '--cloudflareapitoken',
  '--route53secretaccesskey',
  '--azuresecret',
  '--eab-key',
  '--tsigkeysecret',
  '--tsigkeysecret',
];

/** A fresh machine; gone when the test ends. */
export async function createWorkbench(t: TestContext, pebble: Pebble): Promise<Workbench> {
  const { path: folder, remove } = await temporaryFolder('wacs work ');
  t.after(remove);
  const state = join(folder, 'state');
  const authority = join(state, new URL(pebble.directoryUrl).host.replace(':', '-').concat('-dir'));
  const pem = join(folder, 'pem');
  const secrets = new Set<string>();
  const fileOf = (id: string): string => join(authority, `${id}.renewal.json`);
  const readRenewal = (id: string): RenewalFile => JSON.parse(readFileSync(fileOf(id), 'utf8'));

  async function run(args: readonly string[], options?: RunWacsOptions): Promise<Run> {
    for (const secret of secretsIn(args)) secrets.add(secret);
    const given = (name: string): boolean => args.includes(name);
    const surroundings = [
      ...['--configpath', state],
      ...(given('--baseuri') ? [] : ['--baseuri', pebble.directoryUrl]),
      ...(given('--cafile') ? [] : ['--cafile', pebble.caFile]),
    ];
    const before = statusText(authority);
    const result = await runWacs([...args, ...surroundings], options);
    const status = statusText(authority);
    const fresh = status !== undefined && status !== before;
    const report: RunReport | undefined = fresh ? JSON.parse(status) : undefined;
    const done = { ...result, output: result.stdout + result.stderr, report };
    assertStateIsWhole(state);
    assertNoSecrets(state, done.output, secrets);
    // A run that was killed may have told its end already.
    if (report !== undefined && result.signal === null) assertReport(report, done, args);
    return done;
  }

  return {
    folder,
    state,
    authority,
    pem,
    pfx: join(folder, 'pfx'),
    run,
    create: (host, args = [], options = {}) => run(createArguments(host, args, { pem, pebble }), options),
    readRenewal,
    editRenewal(id, change) {
      const renewal = readRenewal(id);
      change(renewal);
      writeFileSync(fileOf(id), JSON.stringify(renewal));
    },
    writeSettings(settings) {
      mkdirSync(state, { recursive: true });
      writeFileSync(join(state, 'settings.json'), JSON.stringify({ schemaVersion: 1, ...settings }, null, 2));
    },
    readPem: (host, part) => readFileSync(join(pem, `${host}-${part}.pem`), 'utf8'),
    ids: () =>
      allFiles(authority)
        .filter((path) => path.endsWith('.renewal.json'))
        .map((path) => path.slice(authority.length + 1, -'.renewal.json'.length)),
  };
}

/** The exit code with the output beside it, so that a failing test shows why. */
export function assertExit(run: Run, exitCode: number): void {
  assert.equal(run.exitCode, exitCode, run.output);
}

/** Names of the files in a folder, sorted; none when it does not exist. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function secretsIn(args: readonly string[]): string[] {
  return args.filter((_, index) => secretOptions.includes(args[index - 1] ?? ''));
}

/** What each argument stands for unless a test gives it itself. */
function createArguments(
  host: string,
  args: readonly string[],
  { pem, pebble }: { pem: string; pebble: Pebble },
): string[] {
  const defaults: Record<string, readonly string[]> = {
    '--csr': ['ec'],
    '--validation': ['selfhosting', '--validationport', String(pebble.httpPort)],
    '--store': ['pemfiles', '--pemfilespath', pem],
  };
  const rest = Object.entries(defaults).flatMap(([name, value]) => (args.includes(name) ? [] : [name, ...value]));
  return ['--source', 'manual', '--host', host, ...rest, '--accepttos', '--notaskscheduler', ...args];
}

function statusText(authority: string): string | undefined {
  try {
    return readFileSync(join(authority, 'status.json'), 'utf8');
  } catch {
    return undefined;
  }
}

function assertReport(
  report: RunReport,
  { exitCode, output }: WacsResult & { output: string },
  args: readonly string[],
): void {
  assert.equal(report.schemaVersion, 1);
  assert.equal(report.exitCode, exitCode, output);
  assert.equal(exitCodeOf(report.exitName), exitCode, report.exitName);
  assert.ok(args.includes(report.command === 'create' ? '--source' : `--${report.command}`), report.command);
  assert.ok(Date.parse(report.startedAt) <= Date.parse(report.endedAt), 'a run that ends before it starts');
  for (const renewal of report.renewals) {
    assert.ok(['renewed', 'deployedOnly', 'notDue', 'revoked', 'failed'].includes(renewal.result), renewal.result);
    assert.equal(renewal.result === 'failed', renewal.error !== undefined, JSON.stringify(renewal));
  }
}

/**
 * Makes the next run register a new account, which has nothing validated yet: Pebble reuses one valid authorization in a
 * hundred even with PEBBLE_AUTHZREUSE=0.
 */
export function forgetAccount(bench: Workbench): void {
  rmSync(join(bench.authority, 'account.json'));
}
