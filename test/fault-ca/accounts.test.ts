import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusal, termsChanged, unauthorized } from '../support/fake-acme/faults.ts';
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
  assert.match(error.hint ?? '', /Open the address/);
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

test('an account the CA has forgotten: 42 with the way out', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.state.accounts.clear();
  const error = assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  assert.match(error.message, /\(accountDoesNotExist\)/);
  assert.match(error.hint ?? '', /account\.json.*--register --accepttos/);

  rmSync(join(bench.authority, 'account.json'));
  assertSuccess(await bench.run(['--register', '--accepttos']));
  assertSuccess(await bench.renew(['--force']));
  assertIssued(bench);
});

test('an account that was deactivated, or may not order: 42', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'newOrder', fault: unauthorized(), times: 2 });
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  bench.fake.clearFaults();
  for (const account of bench.fake.state.accounts.values()) account.status = 'deactivated';
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
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
    assert.deepEqual((await bench.run([...register, ...same])).requests, []);
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
