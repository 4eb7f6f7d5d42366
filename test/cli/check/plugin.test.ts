import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../support/pebble/temporary-folder.ts';
import { bundle, runWacs } from '../../support/run-wacs.ts';

const day = 24 * 60 * 60 * 1000;
const authority = 'acme-v02.api.letsencrypt.org';

/** A state folder with so many renewals, all in order, and a run that has just ended. */
async function stateWith(t: TestContext, renewals: number): Promise<{ state: string; folder: string }> {
  const { path: state, remove } = await temporaryFolder('wacs check ');
  t.after(remove);
  const folder = join(state, authority);
  mkdirSync(folder);
  for (let index = 0; index < renewals; index++) writeRenewal(folder, index);
  const lastRun = { command: 'renew', endedAt: new Date(), exitCode: 0, exitName: 'Success' };
  const record = { schemaVersion: 1, baseUri: '', writtenAt: new Date(), lastRun, renewals: [], unreadable: [] };
  mkdirSync(join(state, 'health'));
  writeFileSync(join(state, 'health', `${authority}.json`), JSON.stringify(record));
  return { state, folder };
}

function writeRenewal(folder: string, index: number): void {
  const notAfter = Date.now() + 60 * day;
  const certificate = {
    thumbprint: `AA${index}`,
    identifiers: [{ type: 'dns', value: `${index}.test` }],
    notBefore: new Date(notAfter - 90 * day),
    notAfter: new Date(notAfter),
    planKey: 'x',
    deployed: true,
  };
  const options = { plugin: 'x' };
  const plan = { source: options, validation: options, order: options, csr: options, store: [], installation: [] };
  const history = Array.from({ length: 30 }, () => ({ date: new Date(), result: 'renewed', thumbprint: `AA${index}` }));
  const renewal = {
    schemaVersion: 1,
    id: `r${index}`,
    friendlyName: `Site ${index}`,
    plan,
    state: { certificate },
    history,
  };
  writeFileSync(join(folder, `r${index}.renewal.json`), JSON.stringify(renewal));
}

/** Every file below a folder with its content and time. */
function snapshot(folder: string): [string, string, number][] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const path = join(folder, name);
    const { mtimeMs } = statSync(path);
    return [name, statSync(path).isFile() ? readFileSync(path, 'utf8') : '', mtimeMs];
  });
}

interface ServiceState {
  readonly state: number | null;
  readonly output: string;
  readonly performance: Readonly<Record<string, number>>;
}

/** Runs a check command as Nagios does: by a shell, with a limit, standard output up to the bar and performance data after it. */
function asNagios(command: string): Promise<ServiceState> {
  return new Promise((resolve, reject) => {
    const env = { NAGIOS_TIMEOUT: '10', PATH: '/usr/bin:/bin' };
    execFile('/bin/sh', ['-c', command], { env, timeout: 10_000 }, (error, stdout) => {
      if (error !== null && typeof error.code !== 'number') return reject(error);
      const [output = '', data = ''] = (stdout.split('\n')[0] ?? '').split('|');
      const pairs = data
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((item) => item.split('='));
      const performance = Object.fromEntries(pairs.map(([name, value = '']) => [name, Number.parseFloat(value)]));
      resolve({ state: error === null ? 0 : Number(error.code), output: output.trim(), performance });
    });
  });
}

test('as a plug-in of Nagios', { skip: process.platform === 'win32' && 'needs /bin/sh' }, async (t) => {
  const { state, folder } = await stateWith(t, 3);
  const plugin = (args: string): Promise<ServiceState> =>
    asNagios(`'${process.execPath}' '${bundle}' --check --configpath '${state}' ${args}`);
  const well = await plugin('');
  assert.equal(well.state, 0);
  assert.match(
    well.output,
    /^WACS OK: 3 renewals, the first certificate expires in 59\.9 days, last run 0 minutes ago$/,
  );
  assert.deepEqual([well.performance.days_left, well.performance.renewals, well.performance.failing], [59.9, 3, 0]);
  assert.equal((await plugin('--warning 61')).state, 1);
  assert.equal((await plugin('--warning 62 --critical 61')).state, 2);
  assert.equal((await plugin('--critical 62 --warning 61')).state, 3);
  writeFileSync(join(folder, 'broken.renewal.json'), '{ "schemaVersion": 1,\n oops }');
  const broken = await plugin('');
  assert.equal(broken.state, 2);
  assert.match(broken.output, /broken\.renewal\.json: line 2, column 2: not valid JSON$/);
  assert.equal(broken.performance.unreadable, 1);
});

test('as the source of a Zabbix item and of a textfile collector', async (t) => {
  const { state } = await stateWith(t, 2);
  const item = JSON.parse((await runWacs(['--check', '--format', 'json', '--configpath', state])).stdout);
  assert.deepEqual([item.status, item.exitCode, item.renewals.length], ['OK', 0, 2]);
  const metrics = join(state, 'wacs.prom');
  const run = await runWacs(['--check', '--format', 'prometheus', '--output', metrics, '--configpath', state]);
  assert.equal(run.exitCode, 0);
  assert.match(run.stdout, /^WACS OK: [^\n]+\n$/);
  const text = readFileSync(metrics, 'utf8');
  assert.equal(text.match(/^wacs_certificate_not_after_timestamp_seconds\{/gm)?.length, 2);
  if (process.platform !== 'win32') assert.equal(statSync(metrics).mode & 0o444, 0o444, 'the collector may read it');
});

test('1000 renewals in less than a second, and nothing is written', async (t) => {
  const { state } = await stateWith(t, 1000);
  const before = snapshot(state);
  const times: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const startedAt = performance.now();
    const { exitCode, stdout } = await runWacs(['--check', '--configpath', state]);
    times.push(performance.now() - startedAt);
    assert.equal(exitCode, 0, stdout);
  }
  t.diagnostic(`${times.map(Math.round).join(', ')} ms`);
  assert.ok(Math.min(...times) < 1_000, times.join(' '));
  assert.deepEqual(snapshot(state), before);
});

test('a folder that is not there stays away', async (t) => {
  const { path, remove } = await temporaryFolder('wacs check ');
  t.after(remove);
  const { exitCode, stderr } = await runWacs(['--check', '--configpath', join(path, 'state')]);
  assert.deepEqual([exitCode, stderr, readdirSync(path)], [3, '', []]);
});

test('every run leaves what a check needs', async (t) => {
  const { state } = await stateWith(t, 1);
  assert.equal(
    (await runWacs(['--renew', '--notaskscheduler', '--configpath', state])).exitCode,
    20,
    'plugin "x" is unknown',
  );
  const check = await runWacs(['--check', '--configpath', state]);
  assert.equal(check.exitCode, 1);
  assert.match(
    check.stdout,
    /^WACS WARNING: "Site 0" failed, last with ConfigurationError .*; the last run ended with 20 /,
  );
});
