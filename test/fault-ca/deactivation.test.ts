import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusal } from '../support/fake-acme/faults.ts';
import { responseLost } from '../support/fake-acme/wire-faults.ts';
import { createTrigger, type FaultBench, killing, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

function readFile(bench: FaultBench): string {
  return readFileSync(join(bench.authority, 'account.json'), 'utf8');
}

function statuses(bench: FaultBench): string[] {
  return [...bench.fake.state.accounts.values()].map(({ status }) => status);
}

test('an account in use is deactivated by --force only; later runs say why, until a new one is registered', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const url = JSON.parse(readFile(bench)).url;
  const refused = await bench.run(['--deactivateaccount']);
  assert.match(assertFailure(refused, 2, 'UsageError').message, /renewal "\[Manual\] a\.test" \(id site\) still uses/);
  assert.deepEqual(refused.requests, []);

  const run = await bench.run(['--deactivateaccount', '--force', '--json']);
  assertSuccess(run);
  assert.deepEqual(run.payloads('account'), [{ status: 'deactivated' }]);
  assert.deepEqual(JSON.parse(run.stdout).account, { url, status: 'deactivated', contact: [] });
  assert.deepEqual(statuses(bench), ['deactivated']);
  const kept = readFile(bench);
  assert.match(kept, /"deactivatedAt": "20/);

  for (const args of [['--renew', '--force', '--accepttos'], ['--register'], ['--rollover']]) {
    const later = await bench.run([...args, ...(args[0] === '--renew' ? ['--notaskscheduler'] : [])]);
    const error = assertFailure(later, 42, 'AcmeAccountError');
    assert.match(error.message, /was deactivated on 20\d\d-/);
    assert.match(error.hint ?? '', /--register --accepttos makes a new account/);
    assert.deepEqual(later.requests, []);
  }
  const again = await bench.run(['--deactivateaccount', '--force']);
  assertSuccess(again);
  assert.deepEqual(again.requests, []);
  assert.equal(readFile(bench), kept);

  assertSuccess(await bench.run(['--register', '--accepttos']));
  assert.deepEqual(statuses(bench), ['deactivated', 'valid']);
  assert.notEqual(JSON.parse(readFile(bench)).key, JSON.parse(kept).key);
  const old = join(bench.authority, 'accounts', 'old');
  const [aside = '', ...more] = readdirSync(old);
  assert.deepEqual([readFileSync(join(old, aside), 'utf8'), more], [kept, []]);
  assertSuccess(await bench.renew(['--force']));
});

test('the new account has the contact of the old one, unless another is given', async (t) => {
  const bench = await startFaultBench(t);
  for (const [address, expected] of [
    [['--emailaddress', 'a@example.org'], 'mailto:a@example.org'],
    [[], 'mailto:a@example.org'],
    [['--emailaddress', 'b@example.org'], 'mailto:b@example.org'],
  ] as const) {
    assertSuccess(await bench.run(['--register', '--accepttos', ...address]));
    assert.deepEqual([...bench.fake.state.accounts.values()].at(-1)?.contact, [expected]);
    assertSuccess(await bench.run(['--deactivateaccount']));
  }
});

test('an account with a name is deactivated; renewals with another one do not mind', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  assertSuccess(await bench.run(['--register', '--accepttos', '--account', 'work']));
  assertSuccess(await bench.run(['--deactivateaccount', '--account', 'work']));
  assert.deepEqual(statuses(bench), ['valid', 'deactivated']);
  assertSuccess(await bench.renew(['--force']));
  const error = assertFailure(await bench.run(['--rollover', '--account', 'work']), 42, 'AcmeAccountError');
  assert.match(error.hint ?? '', /--register --accepttos --account work/);
});

test('the answer is lost: done', async (t) => {
  const bench = await startFaultBench(t);
  assertSuccess(await bench.run(['--register', '--accepttos']));
  bench.fake.inject({ on: 'account', fault: responseLost() });
  const run = await bench.run(['--deactivateaccount']);
  assertSuccess(run);
  assert.match(run.output, /warning: the CA does not accept the account any more/);
  assert.match(readFile(bench), /deactivatedAt/);
});

test('killed when the CA had done it: 42 then, and doing it again ends it', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const trigger = createTrigger('SIGKILL');
  bench.fake.inject({ on: 'account', fault: killing(trigger) });
  const killed = await bench.run(['--deactivateaccount', '--force', '--verbose'], trigger.options);
  assert.equal(killed.signal, 'SIGKILL', killed.output);
  assert.match(assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError').hint ?? '', /--register/);
  assertSuccess(await bench.run(['--deactivateaccount', '--force']));
  assertSuccess(await bench.run(['--register', '--accepttos']));
  assertSuccess(await bench.renew(['--force']));
});

test('nothing to deactivate: 42, on this machine or at the CA', async (t) => {
  const bench = await startFaultBench(t);
  assertFailure(await bench.run(['--deactivateaccount']), 42, 'AcmeAccountError');
  assertSuccess(await bench.run(['--register', '--accepttos']));
  const before = readFile(bench);
  bench.fake.inject({ on: 'account', fault: refusal('malformed', 400) });
  assertFailure(await bench.run(['--deactivateaccount']), 40, 'AcmeError');
  bench.fake.state.accounts.clear();
  const error = assertFailure(await bench.run(['--deactivateaccount']), 42, 'AcmeAccountError');
  assert.match(error.message, /does not know the account \S+: there is nothing to deactivate/);
  assert.equal(readFile(bench), before);
});
