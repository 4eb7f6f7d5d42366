import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { refusal, termsChanged, unauthorized } from '../support/fake-acme/faults.ts';
import { hang } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const key = 'bWFjLWtleS1vZi10aGUtZXh0ZXJuYWwtYWNjb3VudA';
const binding = ['--eab-key-identifier', 'kid-1', '--eab-key', key];
const boundCa = { meta: { externalAccountRequired: true }, externalAccounts: { 'kid-1': key } };

test('changed terms: 42 with the address to act at and the terms', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: termsChanged() });
  const run = await bench.create();
  const error = assertFailure(run, 42, 'AcmeAccountError');
  assert.match(run.stderr, /https:\/\/ca\.example\/agree\/\?token=w8Hk and https:\/\/ca\.example\/terms\/v2/);
  assert.match(error.hint ?? '', /Open https:\/\/ca\.example\/agree\/\?token=w8Hk in a browser/);
  assert.equal(error.problem?.instance, 'https://ca.example/agree/?token=w8Hk');
  assert.equal(run.count('newOrder'), 1);
});

test('changed terms stand in the way of a renewal only until they are agreed to', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const files = bench.storedFiles();
  bench.fake.inject({ on: 'newOrder', fault: termsChanged() });
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  assert.deepEqual(bench.storedFiles(), files);
  assertSuccess(await bench.renew(['--force']));
  assertIssued(bench);
});

test('new terms: a warning once a run, agreed to with --accepttos, and then no more', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  await bench.issue('b.test', ['--id', 'second']);
  bench.fake.state.settings.meta.termsOfService = 'https://ca.example/terms/v2';
  const warning = /new terms of service: https:\/\/ca\.example\/terms\/v2/g;
  const renewed = await bench.renew(['--force']);
  assertSuccess(renewed);
  assert.equal(renewed.output.match(warning)?.length, 1, renewed.output);
  assert.equal(renewed.count('account'), 0);

  const agreed = await bench.run(['--register', '--accepttos']);
  assertSuccess(agreed);
  assert.deepEqual(agreed.payloads('account'), [{ termsOfServiceAgreed: true }]);
  assert.match(agreed.output, /agreed to the CA's terms of service: https:\/\/ca\.example\/terms\/v2/);
  const again = await bench.renew(['--force', '--accepttos']);
  assertSuccess(again);
  assert.doesNotMatch(again.output, warning);
  assert.equal(again.count('account'), 0);
});

test('an account the CA has forgotten is registered again with the same key, once, and the renewals go on', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  await bench.issue('b.test', ['--id', 'second']);
  const [before] = [...bench.fake.state.accounts.values()];
  bench.fake.state.accounts.clear();
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  const accounts = [...bench.fake.state.accounts.values()];
  assert.deepEqual(
    accounts.map(({ jwk }) => jwk.thumbprint),
    [before?.jwk.thumbprint],
  );
  assert.equal(run.output.match(/any more; registering it again/g)?.length, 1, run.output);
  assertIssued(bench);
  const next = await bench.renew(['--force']);
  assertSuccess(next);
  assert.equal(next.count('newAccount'), 0);
});

test('an account that was forgotten with an order open: the order is given up', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: hang(), times: 3 });
  assertFailure(await bench.create(), 41, 'AcmeUnreachable');
  assert.ok(bench.hasOpenOrder());
  bench.fake.clearFaults();
  bench.fake.state.accounts.clear();
  bench.fake.state.orders.clear();
  assertSuccess(await bench.renew());
  assertIssued(bench);
});

test('a forgotten account and new terms: 42, until the user agrees', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.state.accounts.clear();
  bench.fake.state.settings.meta.termsOfService = 'https://ca.example/terms/v2';
  const error = assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  assert.match(error.message, /does not know the account \S+ any more/);
  assert.match(error.hint ?? '', /--register --accepttos/);
  assertSuccess(await bench.run(['--register', '--accepttos']));
  assertSuccess(await bench.renew(['--force']));
});

test('a forgotten account at a CA with external accounts: 42 until the binding is given again', async (t) => {
  const bench = await startFaultBench(t, boundCa);
  await bench.issue('a.test', binding);
  bench.fake.state.accounts.clear();
  const error = assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  assert.match(error.hint ?? '', /--eab-key-identifier and --eab-key/);
  assertSuccess(await bench.run(['--register', '--accepttos', ...binding]));
  assertSuccess(await bench.renew(['--force']));
});

test('an account whose address was lost, or never came, is found by its key without consent', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const file = join(bench.authority, 'account.json');
  const { url, termsOfService: _, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(rest));
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  assert.deepEqual(run.payloads('newAccount'), [{ onlyReturnExisting: true }]);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).url, url);
  assert.equal(bench.fake.state.accounts.size, 1);
});

test('an account file that was lost is made again from a copy of its key', async (t) => {
  const bench = await startFaultBench(t);
  assertSuccess(await bench.run(['--register', '--accepttos', '--emailaddress', 'a@example.org']));
  const file = join(bench.authority, 'account.json');
  const { key, url } = JSON.parse(readFileSync(file, 'utf8'));
  const backup = join(bench.authority, 'backup.pem');
  writeFileSync(backup, String(key).replace(/^clear-/, ''));
  rmSync(file);
  const run = await bench.run(['--register', '--accountkey', backup]);
  assertSuccess(run);
  assert.match(run.output, /account \S+ was found by its key/);
  assert.deepEqual(run.report?.account, { url, status: 'valid', contact: ['mailto:a@example.org'] });
  assert.equal(bench.fake.state.accounts.size, 1);
  assertSuccess(await bench.run(['--register', '--accountkey', backup]));
});

test('a key that is given does not push another account aside by accident', async (t) => {
  const bench = await startFaultBench(t);
  assertSuccess(await bench.run(['--register', '--accepttos']));
  const file = join(bench.authority, 'account.json');
  const before = readFileSync(file, 'utf8');
  const other = join(bench.authority, 'other.pem');
  writeFileSync(other, await createPrivateKey({ type: 'rsa', bits: 2048 }));
  const importing = ['--register', '--accepttos', '--accountkey', other];
  assert.match(assertFailure(await bench.run(importing), 42, 'AcmeAccountError').hint ?? '', /--account NAME.*--force/);
  assert.equal(readFileSync(file, 'utf8'), before);
  assertSuccess(await bench.run([...importing, '--force']));
  assert.equal(bench.fake.state.accounts.size, 2);
  const [aside] = readdirSync(join(bench.authority, 'accounts', 'old'));
  assert.equal(readFileSync(join(bench.authority, 'accounts', 'old', aside ?? ''), 'utf8'), before);
  await bench.issue();
});

for (const [what, text] of [
  ['no key', 'hello'],
  ['an encrypted key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGH\n-----END ENCRYPTED PRIVATE KEY-----\n'],
  ['a key that can sign nothing here', await ed25519()],
] as const) {
  test(`--accountkey with ${what}: 20 that names the file`, async (t) => {
    const bench = await startFaultBench(t);
    const path = join(bench.authority, '..', 'key.pem');
    writeFileSync(path, text);
    const run = await bench.run(['--register', '--accepttos', '--accountkey', path]);
    assert.match(assertFailure(run, 20, 'ConfigurationError').message, /key\.pem/);
    assert.deepEqual(run.requests, []);
  });
}

async function ed25519(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

test('an account that was deactivated, or may not order: 42', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'newOrder', fault: unauthorized(), times: 2 });
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  bench.fake.clearFaults();
  for (const account of bench.fake.state.accounts.values()) account.status = 'deactivated';
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');

  const shown = assertFailure(await bench.run(['--register', '--accepttos']), 42, 'AcmeAccountError');
  assert.match(shown.message, /does not accept the account \S+ any more: .*deactivated/);
  assert.match(shown.hint ?? '', /--register --accepttos --force/);
  assertSuccess(await bench.run(['--register', '--accepttos', '--force']));
  assert.equal(bench.fake.state.accounts.size, 2);
  assertSuccess(await bench.renew(['--force']));
  assertSuccess(await bench.run(['--register', '--accepttos', '--force']));
  assert.equal(bench.fake.state.accounts.size, 2, '--force gave up an account that is valid');
});

test('an account file that was lost: the terms are asked for again, then a new account does', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  rmSync(join(bench.authority, 'account.json'));
  const refused = await bench.renew(['--force']);
  assert.match(assertFailure(refused, 42, 'AcmeAccountError').hint ?? '', /--accepttos/);
  assert.equal(refused.count('newAccount'), 0);
  const run = await bench.renew(['--force', '--accepttos']);
  assertSuccess(run);
  assert.equal(bench.fake.state.accounts.size, 2);
  assert.equal(run.payloads('newOrder').length, 2, 'the predecessor belongs to the other account');
  assertIssued(bench);
});

test('a changed --emailaddress reaches the account, an unchanged one asks nothing', async (t) => {
  const bench = await startFaultBench(t);
  const register = ['--register', '--accepttos'];
  assertSuccess(await bench.run([...register, '--emailaddress', 'a@example.org']));
  const changed = await bench.run([...register, '--emailaddress', 'b@example.org,c@example.org']);
  assertSuccess(changed);
  const wished = ['mailto:b@example.org', 'mailto:c@example.org'];
  assert.deepEqual(changed.payloads('account'), [{ contact: wished }]);
  assert.deepEqual(
    [...bench.fake.state.accounts.values()].map(({ contact }) => contact),
    [wished],
  );
  for (const same of [['--emailaddress', 'b@example.org,c@example.org'], []])
    assert.deepEqual((await bench.run([...register, ...same])).payloads('account'), [{}], 'more than a look');
  const removed = await bench.run([...register, '--emailaddress', 'none', '--json']);
  assert.deepEqual(removed.payloads('account'), [{ contact: [] }]);
  assert.deepEqual(JSON.parse(removed.stdout).account.contact, []);
  assertFailure(await bench.run([...register, '--emailaddress', 'none,a@example.org']), 2, 'UsageError');
});

test('a contact the CA refuses: 42, and the known one stays', async (t) => {
  const bench = await startFaultBench(t);
  assertSuccess(await bench.run(['--register', '--accepttos', '--emailaddress', 'a@example.org']));
  bench.fake.inject({ on: 'account', fault: refusal('invalidContact', 400, 'no mail server for b.test') });
  const update = ['--register', '--accepttos', '--emailaddress', 'x@b.test'];
  const error = assertFailure(await bench.run(update), 42, 'AcmeAccountError');
  assert.match(error.message, /updating the account: no mail server for b\.test/);
  const again = await bench.run(update);
  assertSuccess(again);
  assert.equal(again.count('account'), 1, 'the change is still wanted');
});

test('external account binding: 42 without one, and nobody is asked', async (t) => {
  const bench = await startFaultBench(t, boundCa);
  const run = await bench.create();
  const error = assertFailure(run, 42, 'AcmeAccountError');
  assert.match(error.hint ?? '', /--eab-key-identifier and --eab-key/);
  assert.equal(run.count('newAccount'), 0);
});

for (const [what, wrong] of [
  ['an unknown identifier', ['--eab-key-identifier', 'kid-2', '--eab-key', key]],
  ['a wrong key', ['--eab-key-identifier', 'kid-1', '--eab-key', 'd3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc']],
] as const) {
  test(`external account binding: 42 with ${what}, 0 once it is right`, async (t) => {
    const bench = await startFaultBench(t, boundCa);
    const run = await bench.create('a.test', wrong);
    assertFailure(run, 42, 'AcmeAccountError');
    assert.equal(run.count('newAccount'), 1);
    assert.ok(!run.output.includes(wrong[3]), 'the key is on the screen');
    await bench.issue('a.test', binding);
    assert.deepEqual(
      [...bench.fake.state.accounts.values()].map(({ externalAccount }) => externalAccount),
      ['kid-1'],
    );
    assertSuccess(await bench.renew(['--force']));
  });
}

test('a CA that does not take ES256 gets an RSA key', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newAccount', fault: refusal('badSignatureAlgorithm', 400) });
  await bench.issue();
  assert.deepEqual(
    [...bench.fake.state.accounts.values()].map(({ jwk }) => jwk.algorithm),
    ['RS256'],
  );
  assertSuccess(await bench.renew(['--force']));
});

test('a CA that takes neither kind of key: 42', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newAccount', fault: refusal('badPublicKey', 400), times: 2 });
  assertFailure(await bench.create(), 42, 'AcmeAccountError');
  await bench.issue();
});
