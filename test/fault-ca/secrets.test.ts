import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import { openPfx } from '../pebble/certificate-checks.ts';
import { allFiles } from '../pebble/state-checks.ts';
import type { FakeAcmeOptions } from '../support/fake-acme/fake-acme.ts';
import { type FaultBench, type FaultRun, startFaultBench } from '../support/fault-ca.ts';
import { bundle } from '../support/run-wacs.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const posixOnly = { skip: process.platform === 'win32' };
const password = 'geheim & "w\u00f6rt"';
/** DPAPI of some other machine. */
const foreign = `enc-${Buffer.alloc(150, 7).toString('base64')}`;

interface Bench extends FaultBench {
  readonly state: string;
  readonly pfx: string;
  /** `--source` with a PFX file whose password is given so. */
  withPassword(given: string, env?: Readonly<Record<string, string>>): Promise<FaultRun>;
  /** The PFX file opens with the password. */
  assertOpens(password: string): Promise<void>;
}

async function start(t: TestContext, options: FakeAcmeOptions = {}): Promise<Bench> {
  const bench = await startFaultBench(t, options);
  const state = dirname(bench.authority);
  const pfx = join(dirname(state), 'pfx');
  const store = ['--store', 'pfxfile', '--pfxfilepath', pfx, '--pfxpassword'];
  const create = ['--source', 'manual', '--host', 'a.test', '--id', 'site', '--csr', 'ec', '--accepttos'];
  return {
    ...bench,
    state,
    pfx,
    withPassword: (given, env = {}) => bench.run([...create, '--notaskscheduler', ...store, given], { env }),
    async assertOpens(wished) {
      const missing = await opensslMissing();
      if (missing !== undefined) return t.diagnostic(missing);
      const { certificates } = await openPfx(join(pfx, 'a.test.pfx'), wished);
      assert.ok(certificates.length > 0);
    },
  };
}

/** Nowhere in the state, in what was shown, or in what programs read; `but` are files that may. */
function assertHidden(bench: Bench, runs: readonly FaultRun[], secret: string, but: RegExp = /secrets\.json$/): void {
  for (const path of allFiles(bench.state).filter((file) => !but.test(file)))
    assert.ok(!readFileSync(path, 'utf8').includes(secret), `a secret in ${path}`);
  for (const run of runs) assert.ok(!run.output.includes(secret), run.output);
}

const deployAgain: Parameters<FaultBench['editRenewal']>[0] = ({ certificate }) => {
  if (certificate !== undefined) certificate.deployed = false;
};

const stored = ({ authority }: Bench) =>
  JSON.parse(readFileSync(join(authority, 'site.renewal.json'), 'utf8')).plan.store[0];

test('a password out of the vault: the renewal keeps the reference, and a new secret counts from the next renewal on', async (t) => {
  const bench = await start(t);
  const put = await bench.run(['--vaultstore', '--vaultkey', 'pfx', '--vaultsecret', '-'], {
    stdin: `${password}\r\n`,
  });
  assertSuccess(put);
  const run = await bench.withPassword('vault://json/PFX');
  assertSuccess(run);
  assertIssued(bench);
  assert.equal(stored(bench).pfxPassword, 'vault://json/PFX');
  await bench.assertOpens(password);
  assert.equal((await bench.withPassword('vault://json/PFX')).count('newOrder'), 0);
  assertHidden(bench, [put, run], password);
  assertSuccess(await bench.run(['--vaultstore', '--vaultkey', 'vault://json/pfx', '--vaultsecret', 'another one']));
  assertSuccess(await bench.renew(['--force']));
  await bench.assertOpens('another one');
});

test('a secret on the command line is masked in log and report, and in the list of what ran', async (t) => {
  const bench = await start(t);
  const args = ['--vaultstore', '--vaultkey', 'k', '--vaultsecret', 'plain-to-see', '--verbose', '--json'];
  const run = await bench.run(args);
  assertSuccess(run);
  assert.match(run.stderr, /--vaultsecret \*\*\*/);
  assertHidden(bench, [run], 'plain-to-see');
});

test('a vault without the secret: 20 before anything is ordered or kept', async (t) => {
  const bench = await start(t);
  const run = await bench.withPassword('vault://json/nope');
  const error = assertFailure(run, 20, 'ConfigurationError');
  assert.match(error.message, /there is no secret "nope" in the vault .*secrets\.json/);
  assert.equal(run.requests.length, 0);
  assert.deepEqual(
    readdirSync(bench.authority).filter((name) => name.endsWith('.renewal.json')),
    [],
  );
});

test('a password out of the environment; without the variable 20 that names it', async (t) => {
  const bench = await start(t);
  const run = await bench.withPassword('vault://environment/PFX_WORD', { PFX_WORD: password });
  assertSuccess(run);
  await bench.assertOpens(password);
  assertHidden(bench, [run], password);
  const error = assertFailure(await bench.renew(['--force']), 20, 'ConfigurationError');
  assert.match(error.message, /the environment variable PFX_WORD is not set/);
  assertSuccess(await bench.renew(['--force'], { env: { PFX_WORD: password } }));
});

test(
  'a password out of a script, with the arguments of settings; its failure is 53 and shows nothing it printed',
  posixOnly,
  async (t) => {
    const bench = await start(t);
    const script = join(bench.state, 'vault.sh');
    const write = (body: string): void => {
      writeFileSync(script, `#!/bin/sh\n${body}\n`);
      chmodSync(script, 0o755);
    };
    write(`[ "$1" = get ] && [ "$2" = "my key" ] && echo '${password}'`);
    bench.setSettings({ Secrets: { Script: { Get: script, GetArguments: 'get {key}' } } });
    const run = await bench.withPassword('vault://script/my key');
    assertSuccess(run);
    await bench.assertOpens(password);
    assertHidden(bench, [run], password, /vault\.sh$/);
    write(`echo '${password}'; echo 'no: ${password}' >&2; exit 9`);
    const failed = await bench.renew(['--force']);
    const error = assertFailure(failed, 53, 'ScriptFailed');
    assert.match(error.message, /asked for the secret "my key", ended with exit code 9: no: \*\*\*/);
    assertHidden(bench, [failed], password, /vault\.sh$/);
  },
);

test('what is meant as a reference and is none: 2', async (t) => {
  const bench = await start(t);
  for (const given of ['vault://jsn/x', 'vault://json', 'vault://json/', 'vault:///x']) {
    const run = await bench.withPassword(given);
    assert.match(assertFailure(run, 2, 'UsageError').hint ?? '', /vault:\/\/environment\/NAME/);
  }
});

test('a pipe that says nothing is 25 at the limit of the run', posixOnly, async (t) => {
  const { state } = await start(t);
  const wacs = `"${process.execPath}" "${bundle}" --configpath "${state}" --timelimit 1`;
  const silent = `sleep 3 | { ${wacs} --vaultstore --vaultkey k --vaultsecret -; echo "code $?"; }`;
  const run = spawnSync('sh', ['-c', silent], { encoding: 'utf8' });
  assert.match(run.stdout, /^code 25$/m, run.stderr);
  assert.match(run.stderr, /has said nothing within the limit of the run/);
});

test('external account binding takes its key out of the vault', async (t) => {
  const key = Buffer.from('a key of thirty-two bytes, or so').toString('base64url');
  const bench = await start(t, { externalAccounts: { kid: key } });
  const error = assertFailure(
    await bench.run(['--register', '--accepttos', '--eab-key-identifier', 'kid', '--eab-key', 'vault://json/eab']),
    20,
    'ConfigurationError',
  );
  assert.match(error.message, /no secret "eab"/);
  assertSuccess(await bench.run(['--vaultstore', '--vaultkey', 'eab', '--vaultsecret', key]));
  const run = await bench.run([
    '--register',
    '--accepttos',
    '--eab-key-identifier',
    'kid',
    '--eab-key',
    'vault://json/eab',
  ]);
  assertSuccess(run);
  assert.ok(run.payloads('newAccount')[0]?.externalAccountBinding !== undefined);
  assertHidden(bench, [run], key);
});

test('secrets of another machine: 20 with the way out for each, and nothing is lost', async (t) => {
  const bench = await start(t);
  assertSuccess(await bench.withPassword(password));
  const files = {
    renewal: join(bench.authority, 'site.renewal.json'),
    account: join(bench.authority, 'account.json'),
    certificate: join(bench.authority, 'certificates', 'site.certificate.json'),
  };
  const good = Object.fromEntries(Object.values(files).map((path) => [path, readFileSync(path, 'utf8')]));
  const breakOne = (path: string, field: string): string => {
    const text = JSON.stringify(JSON.parse(good[path] ?? ''), (name, value) => (name === field ? foreign : value), 2);
    assert.ok(text.includes(foreign));
    writeFileSync(path, text);
    return text;
  };
  for (const [path, field, way] of [
    [files.account, 'key', /--register --accepttos/],
    [files.certificate, 'privateKey', /delete that file: the next run then orders a new certificate/],
    [files.renewal, 'pfxPassword', /create the renewal anew with the same --id/],
  ] as const) {
    const broken = breakOne(path, field);
    if (path === files.certificate) bench.editRenewal(deployAgain);
    const run = await bench.renew(path === files.certificate ? [] : ['--force']);
    const error = assertFailure(run, 20, 'ConfigurationError');
    assert.match(error.message, /cannot read a stored secret: Windows has encrypted it on another machine/);
    assert.match(error.hint ?? '', /EncryptConfig to false in settings\.json, run wacs --encrypt/);
    assert.match(error.hint ?? '', way);
    assert.ok(readFileSync(path, 'utf8').includes(foreign), 'what could not be read is gone');
    if (path === files.account) assert.equal(readFileSync(path, 'utf8'), broken);
    for (const [other, text] of Object.entries(good)) writeFileSync(other, text);
  }
  breakOne(files.renewal, 'pfxPassword');
  const again = await bench.withPassword(password);
  assertSuccess(again);
  await bench.assertOpens(password);
});

test('--encrypt names what it cannot read, rewrites the rest, and leaves nothing half', async (t) => {
  const bench = await start(t);
  assertSuccess(await bench.withPassword(password));
  const certificate = join(bench.authority, 'certificates', 'site.certificate.json');
  const account = join(bench.authority, 'account.json');
  const plainKey = JSON.parse(readFileSync(account, 'utf8')).key.slice('clear-'.length);
  const put = (path: string, field: string, value: string): void =>
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), [field]: value }));
  put(account, 'key', Buffer.from(plainKey).toString('base64'));
  put(certificate, 'privateKey', foreign);
  const run = await bench.run(['--encrypt']);
  const error = assertFailure(run, 20, 'ConfigurationError');
  assert.match(run.stdout, /^1 secret in 1 file rewritten, now in the clear; 1 was that already$/m);
  assert.ok(error.message.startsWith(`${certificate}, "privateKey": cannot read a stored secret`), error.message);
  assert.equal(JSON.parse(readFileSync(account, 'utf8')).key, `clear-${plainKey}`);
  assert.equal(JSON.parse(readFileSync(certificate, 'utf8')).privateKey, foreign);
  rmSync(certificate);
  assertSuccess(await bench.run(['--encrypt']));
  assertSuccess(await bench.renew(['--force']));
});

test(
  'off Windows, EncryptConfig is refused by --encrypt with 27, and a warning of every other run',
  posixOnly,
  async (t) => {
    const bench = await start(t);
    bench.setSettings({ Security: { EncryptConfig: true } });
    assertFailure(await bench.run(['--encrypt']), 27, 'UnsupportedPlatform');
    const run = await bench.withPassword(password);
    assertSuccess(run);
    assert.match(run.stderr, /warning: Security\.EncryptConfig is true, but only Windows/);
  },
);

test('killed at any moment, --encrypt leaves every secret readable, and the next one does the rest', {
  ...posixOnly,
  timeout: 300_000,
}, async (t) => {
  const bench = await start(t);
  assertSuccess(await bench.withPassword(password));
  const template = readFileSync(join(bench.authority, 'site.renewal.json'), 'utf8');
  const word = (number: number): string => Buffer.from(`password ${number}`).toString('base64');
  const count = 150;
  const fileOf = (number: number): string => join(bench.authority, `many${number}.renewal.json`);
  const write = (): void => {
    for (let number = 0; number < count; number += 1) {
      const renewal = JSON.parse(template);
      renewal.id = `many${number}`;
      renewal.plan.store[0].pfxPassword = word(number);
      writeFileSync(fileOf(number), JSON.stringify(renewal, null, 2), { mode: 0o600 });
    }
  };
  const outcomes = { old: 0, new: 0 };
  for (const delayMs of [0, 15, 30, 60, 100, 150]) {
    write();
    const run = await bench.run(['--encrypt', '--verbose'], {
      onOutput: (_, kill) => void setTimeout(() => kill('SIGKILL'), delayMs),
    });
    assert.ok(run.signal === 'SIGKILL' || run.exitCode === 0, run.output);
    for (let number = 0; number < count; number += 1) {
      const value = JSON.parse(readFileSync(fileOf(number), 'utf8')).plan.store[0].pfxPassword;
      assert.ok([word(number), `clear-password ${number}`].includes(value), value);
      outcomes[value === word(number) ? 'old' : 'new'] += 1;
    }
    assertSuccess(await bench.run(['--encrypt']));
    for (let number = 0; number < count; number += 1)
      assert.match(readFileSync(fileOf(number), 'utf8'), new RegExp(`"clear-password ${number}"`));
  }
  assert.ok(outcomes.old > 0 && outcomes.new > 0, JSON.stringify(outcomes));
  t.diagnostic(JSON.stringify(outcomes));
});

test('--config and --settingsschema need neither network nor state', async (t) => {
  const bench = await start(t);
  rmSync(bench.state, { recursive: true });
  const shown = await bench.run(['--config']);
  assertSuccess(shown);
  const places = JSON.parse(shown.stdout);
  assert.deepEqual([places.StatePath, places.ConfigurationPath], [bench.state, bench.authority]);
  assert.equal(places.SettingsPath, join(bench.state, 'settings.json'));
  assert.equal(places.BaseUri, bench.fake.directoryUrl);
  for (const value of Object.values(places)) assert.equal(typeof value, 'string');
  assert.equal(JSON.stringify(JSON.parse((await bench.run(['--config', '--json'])).stdout)), JSON.stringify(places));
  const schema = await bench.run(['--settingsschema']);
  assertSuccess(schema);
  assert.equal(JSON.parse(schema.stdout).properties.Acme.properties.RequestTimeout.default, 30);
  assert.equal(shown.requests.length + schema.requests.length, 0);
});
