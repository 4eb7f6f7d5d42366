import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damage } from '../../pebble/state-checks.ts';
import { hang } from '../fake-acme/wire-faults.ts';
import { createTrigger, type FaultRun } from '../fault-ca.ts';
import type { RunWacsOptions } from '../run-wacs.ts';
import type { BundleCase, CaseBench } from './bundle-case.ts';

const rootOnly = process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root and chattr';
const posixOnly = process.platform === 'win32' ? 'needs signals' : false;
const otherwiseOnly = process.platform === 'win32' ? 'has a Task Scheduler' : false;

/** A renewal that is not there yet. */
const another = [
  ...['--source', 'manual', '--host', 'b.test', '--id', 'other'],
  ...['--notaskscheduler', '--accepttos', '--json'],
];

/** Codes 0 to 27: the program, its command line and its state. */
export const programCases: readonly BundleCase[] = [
  { name: 'Success', how: 'nothing is due', run: (bench) => bench.renew(['--json']) },
  { name: 'Success', how: 'a certificate is renewed', changes: true, run: (bench) => bench.force() },
  { name: 'Success', how: 'no renewal exists', run: withoutRenewals },
  {
    name: 'UnexpectedError',
    how: 'a promise never settles',
    unreported: true,
    shown: /the program ended before its work was done/,
    run: (bench) => withHook(bench, "require('node:fs/promises').readdir = () => new Promise(() => {});"),
  },
  {
    name: 'UnexpectedError',
    how: 'something throws inside a command',
    shown: /injected/,
    run: (bench) => withHook(bench, "AbortSignal.any = () => { throw new TypeError('injected'); };"),
  },
  {
    name: 'UnexpectedError',
    how: 'something throws where nobody waits for it',
    unreported: true,
    shown: /a fault in the program itself: TypeError: injected/,
    run: (bench) => withHook(bench, "setTimeout(() => { throw new TypeError('injected'); }, 1);"),
  },
  {
    name: 'UsageError',
    how: 'an argument nobody knows',
    shown: /--host/,
    run: (bench) => bench.run(['--renew', '--hots', 'a.test', '--json']),
  },
  { name: 'UsageError', how: 'two commands', run: (bench) => bench.run(['--renew', '--list', '--json']) },
  { name: 'UsageError', how: 'an option without its value', run: (bench) => bench.run(['--json', '--renew', '--id']) },
  { name: 'NothingDue', how: 'nothing is due', run: (bench) => bench.renew(['--detailedexitcode', '--json']) },
  {
    name: 'ConfigurationError',
    how: 'a renewal file is damaged',
    prepare: ({ authority }) => writeFileSync(join(authority, 'bad.renewal.json'), damage, { mode: 0o600 }),
    shown: /bad\.renewal\.json: line 2, column \d+/,
    run: (bench) => bench.renew(['--json']),
  },
  {
    name: 'ConfigurationError',
    how: 'settings are damaged',
    prepare: ({ state }) => writeFileSync(join(state, 'settings.json'), damage),
    shown: /settings\.json: line 2: a word that is not true/,
    run: (bench) => bench.force(),
  },
  {
    name: 'AccessDenied',
    how: 'a renewal file may not be replaced',
    skip: rootOnly,
    prepare: ({ authority }) => chattr('+i', renewalFile(authority)),
    run: (bench) => bench.run(['--cancel', '--id', 'site', '--json']),
    restore: ({ authority }) => chattr('-i', renewalFile(authority)),
  },
  {
    name: 'AccessDenied',
    how: 'status.json may not be replaced',
    skip: rootOnly,
    prepare: ({ authority }) => chattr('+i', join(authority, 'status.json')),
    run: (bench) => bench.renew(['--json']),
    restore: ({ authority }) => chattr('-i', join(authority, 'status.json')),
  },
  {
    name: 'StorageError',
    how: 'a folder is where status.json should be',
    prepare: ({ authority }) => replaceByFolder(join(authority, 'status.json')),
    run: (bench) => bench.renew(['--json']),
  },
  {
    name: 'StorageError',
    how: 'the orders cannot be kept, for a file has the name of their folder',
    prepare: ({ authority }) => {
      rmSync(join(authority, 'orders'), { recursive: true, force: true });
      writeFileSync(join(authority, 'orders'), '');
    },
    run: (bench) => bench.force(),
  },
  {
    name: 'AlreadyRunning',
    how: 'another run has the state folder',
    skip: posixOnly,
    prepare: (bench) => bench.setLimits({ RequestTimeout: 60 }),
    run: besideAnother,
  },
  {
    name: 'NotFound',
    how: 'no renewal has the id',
    shown: /nobody/,
    run: (bench) => bench.renew(['--id', 'nobody', '--json']),
  },
  {
    name: 'NotFound',
    how: 'none has the friendly name, to be cancelled',
    run: (bench) => bench.run(['--cancel', '--friendlyname', 'nobody', '--json']),
  },
  {
    name: 'InputRequired',
    how: 'a secret is to be read from standard input, which is empty',
    shown: /--vaultsecret - < FILE/,
    run: (bench) => bench.run(['--vaultstore', '--vaultkey', 'mail', '--vaultsecret', '-', '--json']),
  },
  {
    name: 'InputRequired',
    how: 'a validation by hand, and nobody is there',
    shown: /in a terminal/,
    run: (bench) => bench.run([...byHand, '--accepttos', '--json']),
  },
  { name: 'Interrupted', how: 'Ctrl+C while the CA is silent', skip: posixOnly, run: interrupted },
  {
    name: 'UnsupportedPlatform',
    how: 'a scheduled task where there is no Task Scheduler',
    skip: otherwiseOnly,
    run: (bench) => bench.run(['--setuptaskscheduler', '--json']),
  },
  {
    name: 'UnsupportedPlatform',
    how: '--installto',
    skip: otherwiseOnly,
    run: (bench) => bench.run(['--installto', '/opt/wacs', '--json']),
  },
  ...['certificatestore', 'userstore'].map(
    (store): BundleCase => ({
      name: 'UnsupportedPlatform',
      how: `--store ${store}, before anything is ordered`,
      skip: otherwiseOnly,
      shown: /certificate stores exist on Windows only[\s\S]*pemfiles/,
      run: (bench) => bench.run([...another, '--store', store]),
    }),
  ),
];

const byHand = ['--source', 'manual', '--host', 'b.test', '--validation', 'manual', '--pemfilespath', '/nowhere'];

function withoutRenewals(bench: CaseBench): Promise<FaultRun> {
  return bench.renew(['--json', '--baseuri', new URL('/other', bench.fake.directoryUrl).href]);
}

/** Runs with a faulty part, as no release has one. */
function withHook(bench: CaseBench, code: string): Promise<FaultRun> {
  const hook = join(bench.folder, 'hook.cjs');
  writeFileSync(hook, `'use strict';\n${code}\n`);
  const options: RunWacsOptions = { env: { NODE_OPTIONS: `--require "${hook}"` } };
  return bench.renew(['--force', '--json'], options);
}

async function besideAnother(bench: CaseBench): Promise<FaultRun> {
  const trigger = createTrigger('SIGINT');
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  bench.fake.inject({ on: 'newOrder', fault: { name: 'silence', apply: () => resolve() } });
  const first = bench.renew(['--force', '--verbose'], trigger.options);
  await Promise.race([asked, first]);
  const second = await bench.renew(['--waitforlock', '0', '--json']);
  trigger.fire();
  await first;
  return second;
}

function interrupted(bench: CaseBench): Promise<FaultRun> {
  const trigger = createTrigger('SIGINT');
  const silence = hang();
  const fault: typeof silence = {
    ...silence,
    apply(exchange) {
      trigger.fire();
      return silence.apply(exchange);
    },
  };
  bench.fake.inject({ on: 'finalize', fault });
  return bench.renew(['--force', '--verbose', '--json'], trigger.options);
}

function renewalFile(authority: string): string {
  return join(authority, 'site.renewal.json');
}

function chattr(change: string, path: string): void {
  execFileSync('chattr', [change, path]);
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}
