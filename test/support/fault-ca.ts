import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunReport } from '../../src/cli/run-report.ts';
import { assertSound, assertSuccess } from '../fault-ca/checks.ts';
import { type FakeAcme, type FakeAcmeOptions, startFakeAcme } from './fake-acme/fake-acme.ts';
import type { Fault } from './fake-acme/fault-rules.ts';
import { countOf, type LoggedRequest } from './fake-acme/request-log.ts';
import type { ResourceKind } from './fake-acme/resources.ts';
import { temporaryFolder } from './pebble/temporary-folder.ts';
import { type RunWacsOptions, runWacs, type WacsResult } from './run-wacs.ts';

/** Limits that let a run fail within seconds; times in seconds. */
const quickLimits = { RequestFirstDelay: 0.01, RequestAttempts: 3, RequestTimeout: 2, PollTimeout: 2 };
/** Id of the renewal that `create` makes. */
const renewalId = 'site';

/** What a run left, and what it asked the CA. */
export interface FaultRun extends WacsResult {
  /** Both streams. */
  readonly output: string;
  /** `status.json` as this run wrote it; undefined when it did not. */
  readonly report: RunReport | undefined;
  readonly requests: readonly LoggedRequest[];
  readonly tookMs: number;
  count(kind: ResourceKind): number;
  /** JWS payloads of the requests of a kind. */
  payloads(kind: ResourceKind): Readonly<Record<string, unknown>>[];
}

/** The file of a renewal, as far as tests look into it; moments are text. */
export interface StoredRenewal {
  state: StoredState;
  parts?: { name: string; state: StoredState }[];
}

/** What a renewal's file says of one certificate. */
export interface StoredState {
  certificate?: { thumbprint: string; deployed: boolean; renewalInfoId: string; notBefore: string; notAfter: string };
  renewalInfo?: Partial<
    Record<'askAgainAt' | 'windowStart' | 'windowEnd' | 'selectedMoment' | 'explanationUrl', string>
  >;
  failures?: { count: number; code: string; retryAt?: string };
}

/** A faulty CA and a machine that is its client. */
export interface FaultBench {
  readonly fake: FakeAcme;
  /** Folder of the CA in the state folder. */
  readonly authority: string;
  /** Runs the bundle against the CA, and checks what holds after every run. */
  run(args: readonly string[], options?: RunWacsOptions): Promise<FaultRun>;
  /** `--source manual` for a renewal `site`, unless `--id` is given: EC key, self-hosting, PEM files, no task. */
  create(host?: string, args?: readonly string[], options?: RunWacsOptions): Promise<FaultRun>;
  /** `create` that must succeed. */
  issue(host?: string, args?: readonly string[]): Promise<FaultRun>;
  renew(args?: readonly string[], options?: RunWacsOptions): Promise<FaultRun>;
  readRenewal(): StoredRenewal;
  /** Changes the renewal's file, as time would. */
  editRenewal(change: (state: StoredRenewal['state']) => void): void;
  /** Overrides limits in settings.json; times in seconds. */
  setLimits(limits: Readonly<Record<string, number>>): void;
  /** Overrides sections of settings.json. */
  setSettings(sections: Readonly<Record<string, object>>): void;
  /** Contents of the PEM files by name. */
  storedFiles(): Readonly<Record<string, string>>;
  /** Whether an order is on record. */
  hasOpenOrder(): boolean;
}

/** A CA that validates without a look unless told otherwise, and a fresh machine; both gone when the test ends. */
export async function startFaultBench(t: TestContext, options: FakeAcmeOptions = {}): Promise<FaultBench> {
  const fake = await startFakeAcme({ alwaysValid: true, ...options });
  t.after(() => fake.stop());
  const { path: folder, remove } = await temporaryFolder('wacs fault ');
  t.after(remove);
  const state = join(folder, 'state');
  mkdirSync(state);
  // A copy of its own, because the CA takes its file away when it stops.
  const caFile = join(folder, 'ca.pem');
  copyFileSync(fake.caFile, caFile);
  const pem = join(folder, 'pem');
  const authority = join(state, new URL(fake.directoryUrl).host.replace(/[^a-z0-9.]+/g, '-').concat('-directory'));
  const renewalFile = join(authority, `${renewalId}.renewal.json`);
  const run = createRunner({ fake, caFile, state, authority });
  const readRenewal = (): StoredRenewal => JSON.parse(readFileSync(renewalFile, 'utf8'));
  const create: FaultBench['create'] = (host = 'a.test', args = [], runOptions) =>
    run(
      [...createArguments(host, { fake, pem }), ...(args.includes('--id') ? [] : ['--id', renewalId]), ...args],
      runOptions,
    );
  setLimits(state, {});
  return {
    fake,
    authority,
    run,
    create,
    async issue(host, args) {
      const done = await create(host, args);
      assertSuccess(done);
      return done;
    },
    renew: (args = [], runOptions) => run(['--renew', '--notaskscheduler', ...args], runOptions),
    readRenewal,
    editRenewal(change) {
      const renewal = readRenewal();
      change(renewal.state);
      writeFileSync(renewalFile, JSON.stringify(renewal));
    },
    setLimits: (limits) => setLimits(state, limits),
    setSettings: (sections) => setLimits(state, {}, sections),
    storedFiles: () => Object.fromEntries(namesIn(pem).map((name) => [name, readFileSync(join(pem, name), 'utf8')])),
    hasOpenOrder: () => namesIn(join(authority, 'orders')).length > 0,
  };
}

/** A signal for a program in the middle of its run; the program must run with `--verbose`, whose first line arms it. */
export function createTrigger(signal: NodeJS.Signals): { readonly options: RunWacsOptions; fire(): void } {
  let send: ((signal: NodeJS.Signals) => void) | undefined;
  return {
    options: {
      onOutput(_, kill) {
        send = kill;
      },
    },
    fire() {
      if (send === undefined) throw new Error('the program has not said anything yet');
      send(signal);
    },
  };
}

/** Kills the program when the CA has done its work and not answered yet. */
export function killing(trigger: { fire(): void }): Fault {
  return {
    name: 'processed, then killed',
    apply: async ({ process }) => {
      await process();
      trigger.fire();
    },
  };
}

interface Machine {
  readonly fake: FakeAcme;
  readonly caFile: string;
  readonly state: string;
  readonly authority: string;
}

function createRunner({ fake, caFile, state, authority }: Machine): FaultBench['run'] {
  return async (args, options) => {
    const given = (name: string, value: string): string[] => (args.includes(name) ? [] : [name, value]);
    const asked = fake.requests.length;
    const before = statusText(authority);
    const startedAt = performance.now();
    const surroundings = [...given('--baseuri', fake.directoryUrl), ...given('--cafile', caFile)];
    const result = await runWacs([...args, '--configpath', state, ...surroundings], options);
    const tookMs = performance.now() - startedAt;
    const requests = fake.requests.slice(asked);
    const status = statusText(authority);
    const run: FaultRun = {
      ...result,
      output: result.stdout + result.stderr,
      report: status === undefined || status === before ? undefined : JSON.parse(status),
      requests,
      tookMs,
      count: (kind) => countOf(requests, kind),
      payloads: (kind) => requests.filter((request) => request.kind === kind).map(({ payload }) => payload ?? {}),
    };
    assertSound(run, fake);
    return run;
  };
}

function createArguments(host: string, { fake, pem }: { fake: FakeAcme; pem: string }): string[] {
  const main = ['--source', 'manual', '--host', host, '--notaskscheduler', '--accepttos'];
  const validation = ['--validation', 'selfhosting', '--validationport', String(fake.httpPort)];
  return [...main, ...validation, '--csr', 'ec', '--store', 'pemfiles', '--pemfilespath', pem];
}

function setLimits(state: string, limits: Readonly<Record<string, number>>, sections: object = {}): void {
  const settings = { schemaVersion: 1, Acme: { ...quickLimits, ...limits }, ...sections };
  writeFileSync(join(state, 'settings.json'), JSON.stringify(settings));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function statusText(authority: string): string | undefined {
  try {
    return readFileSync(join(authority, 'status.json'), 'utf8');
  } catch {
    return undefined;
  }
}
