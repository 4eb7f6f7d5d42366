import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, rejectedIdentifiers } from '../support/fake-acme/faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('a profile the CA lists is sent, and kept by the renewal', async (t) => {
  const bench = await startFaultBench(t);
  const first = await bench.issue('a.test', ['--profile', 'shortlived']);
  const renewed = await bench.renew(['--force']);
  assertSuccess(renewed);
  for (const run of [first, renewed]) assert.equal(run.payloads('newOrder')[0]?.profile, 'shortlived');
  assertIssued(bench);
});

test('another profile makes another certificate, the same one does not', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test', ['--profile', 'classic']);
  const same = await bench.issue('a.test', ['--profile', 'classic']);
  assert.equal(same.count('newOrder'), 0);
  const changed = await bench.issue('a.test', ['--profile', 'shortlived']);
  assert.equal(changed.payloads('newOrder')[0]?.profile, 'shortlived');
});

test('no profile is asked for unless told', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.issue();
  assert.ok(!('profile' in (run.payloads('newOrder')[0] ?? {})));
});

test('a profile the CA does not list: 46 with those it has, and no order', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.create('a.test', ['--profile', 'eternal']);
  const error = assertFailure(run, 46, 'OrderRejected');
  assert.match(error.message, /the profile "eternal"/);
  assert.match(error.message, /it offers classic, shortlived/);
  assert.equal(run.count('newOrder'), 0);
});

test('a CA without profiles: 46, and the hint says so', async (t) => {
  const bench = await startFaultBench(t, { meta: {} });
  const error = assertFailure(await bench.create('a.test', ['--profile', 'classic']), 46, 'OrderRejected');
  assert.match(error.hint ?? '', /leave --profile out/);
});

for (const kind of ['newOrder', 'finalize'] as const) {
  test(`invalidProfile at ${kind}: 46`, async (t) => {
    const bench = await startFaultBench(t);
    bench.fake.inject({ on: kind, fault: refusal('invalidProfile', 400, 'the profile is not for you') });
    const run = await bench.create('a.test', ['--profile', 'classic']);
    const error = assertFailure(run, 46, 'OrderRejected');
    assert.match(error.message, /the profile is not for you \(invalidProfile\); it offers classic, shortlived/);
    assert.equal(run.count(kind), 1);
    assert.equal(bench.hasOpenOrder(), false);
  });
}

test('a profile that is not offered any more: the renewal fails with 46 and those on offer, never with another profile', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test', ['--profile', 'shortlived']);
  const before = bench.storedFiles();
  bench.fake.state.settings.meta.profiles = { classic: 'The usual 90 days' };
  const error = assertFailure(await bench.renew(['--force']), 46, 'OrderRejected');
  assert.match(error.message, /the profile "shortlived"; it offers classic/);
  assert.match(error.hint ?? '', /same --id/);
  assert.deepEqual(bench.storedFiles(), before);
  assert.equal(bench.readRenewal().state.failures?.code, 'OrderRejected');
});

test('an address that the profile does not allow: 46, and the hint names the profiles', async (t) => {
  const bench = await startFaultBench(t);
  const fault = refusal('rejectedIdentifier', 400, 'Default profile does not permit IP address identifiers');
  bench.fake.inject({ on: 'newOrder', fault });
  const error = assertFailure(await bench.create('127.0.0.1'), 46, 'OrderRejected');
  assert.match(error.message, /does not permit IP address identifiers \(rejectedIdentifier\)/);
  assert.match(error.hint ?? '', /--profile.*classic, shortlived.*Let's Encrypt/);
});

test('a name that is refused says nothing about profiles, beside an address neither', async (t) => {
  const bench = await startFaultBench(t);
  for (const hosts of ['a.test', 'a.test,127.0.0.1']) {
    bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('a.test') });
    const error = assertFailure(await bench.create(hosts), 46, 'OrderRejected');
    assert.doesNotMatch(error.hint ?? '', /IP addresses/);
  }
});
