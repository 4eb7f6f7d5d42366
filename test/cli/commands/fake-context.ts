import assert from 'node:assert/strict';
import type { RunContext } from '../../../src/cli/run-context.ts';
import { WacsError } from '../../../src/core/errors.ts';
import type { ExecutableGuard, ProgramInstaller } from '../../../src/core/program.ts';
import type { RegisterOptions, TaskDefinition, TaskHealth, TaskScheduler } from '../../../src/core/task.ts';
import { createMemoryLog } from '../../scheduler/fakes.ts';
import { definition } from '../../scheduler/samples.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

/** A scheduler with one task, whose health and failures a test sets. */
export interface FakeScheduler extends TaskScheduler {
  health: TaskHealth;
  /** Thrown by the next calls of that method. */
  readonly failures: Partial<Record<'check' | 'register', WacsError>>;
  /** What registering leaves of the task's health. */
  afterwards: TaskHealth;
  readonly registrations: (RegisterOptions & { readonly definition: TaskDefinition })[];
}

const { name } = definition;
export const healthy: TaskHealth = { name, state: 'healthy', problems: [], notes: [] };
export const missing: TaskHealth = { name, state: 'missing', problems: ['there is none'], notes: [] };
export const disabled: TaskHealth = { name, state: 'unhealthy', problems: ['it is disabled'], notes: [] };

function createFakeScheduler(): FakeScheduler {
  const fake: FakeScheduler = {
    health: healthy,
    afterwards: healthy,
    failures: {},
    registrations: [],
    async register(wished, options = {}) {
      fake.registrations.push({ ...options, definition: wished });
      if (fake.failures.register !== undefined) throw fake.failures.register;
      return { name, registered: wished, xml: '', replaced: fake.health.state !== 'missing', health: fake.afterwards };
    },
    async check() {
      if (fake.failures.check !== undefined) throw fake.failures.check;
      return fake.health;
    },
    remove: async () => false,
    describe: async () => '<Task/>',
  };
  return fake;
}

/** What a test tells the context. */
export interface FakeContextOptions {
  readonly flags?: readonly string[];
  readonly texts?: Readonly<Record<string, string>>;
  /** What the guard finds at each path, by place or by permissions. */
  readonly unsafe?: Readonly<Record<string, readonly string[]>>;
  readonly unsafePlaces?: Readonly<Record<string, readonly string[]>>;
  readonly install?: ProgramInstaller['install'];
  readonly lastRun?: Awaited<ReturnType<RunContext['lastRun']>>;
}

/** A context for the commands about the task; whatever else they would touch fails the test. */
export function createFakeContext(options: FakeContextOptions = {}) {
  const { flags = [], texts = {}, unsafe = {}, unsafePlaces = {} } = options;
  const unused = (): never => assert.fail('not for these commands');
  const scheduler = createFakeScheduler();
  const log = createMemoryLog();
  const clock = createFakeClock();
  const guard: ExecutableGuard = {
    inspect: async (path) => unsafe[path] ?? [],
    inspectPlace: async (path) => unsafePlaces[path] ?? [],
  };
  const services = new Proxy({}, { get: unused }) as RunContext['services'];
  const context: RunContext = {
    baseUri: 'https://ca.example/',
    values: {
      text: (option) => texts[option],
      list: () => [],
      flag: (option) => flags.includes(option),
      integer: unused,
    },
    given: [...flags, ...Object.keys(texts)],
    registry: { source: [], order: [], validation: [], csr: [], store: [], installation: [] },
    services,
    policyOf: () => ({}),
    maxConcurrency: 1,
    scopeOf: unused,
    get pluginDefaults(): never {
      return unused();
    },
    defaultChoices: {},
    protectSecret: unused,
    revealSecret: unused,
    revealGiven: unused,
    vault: unused,
    readSecretLine: unused,
    reprotect: unused,
    places: {},
    sameSecret: unused,
    accounts: unused,
    readAccountKey: unused,
    tasks: async () => scheduler,
    taskDefinition: async ({ executable } = {}) => ({ ...definition, command: executable ?? definition.command }),
    hasTaskScheduler: true,
    guard: async () => guard,
    installer: async () => ({ install: options.install ?? unused }),
    programFolder: '/programs/wacs',
    lastRun: async () => options.lastRun,
    selfTestItems: unused,
    createId: unused,
    clock,
    log,
    print: unused,
  };
  return { context, scheduler, log, clock };
}

/** A failure with a code and a message that is the same. */
export function failure(code: ConstructorParameters<typeof WacsError>[0]): WacsError {
  return new WacsError(code, `failed: ${code}`, { hint: 'do something' });
}
