import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformed, refusal, serverInternal, unauthorized } from '../support/fake-acme/faults.ts';
import { withoutMember } from '../support/fake-acme/object-faults.ts';
import { responseLost } from '../support/fake-acme/wire-faults.ts';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('a renewal names its predecessor, a first order none', async (t) => {
  const bench = await startFaultBench(t);
  const first = await bench.issue();
  assert.deepEqual(replacesOf(first.payloads('newOrder')), [undefined]);
  const known = [...bench.fake.state.certificates.values()].map(({ renewalId }) => renewalId);
  for (const expected of [known[0], lastRenewalId]) {
    const predecessor = typeof expected === 'function' ? expected(bench) : expected;
    const run = await bench.renew(['--force']);
    assertSuccess(run);
    assert.deepEqual(replacesOf(run.payloads('newOrder')), [predecessor]);
  }
});

for (const [name, refused] of [
  ['alreadyReplaced', refusal('alreadyReplaced', 409)],
  ['conflict', refusal('conflict', 409)],
  ['malformed', malformed()],
  ['unauthorized', unauthorized()],
] as const) {
  test(`a predecessor refused with ${name}: one more order, without it`, async (t) => {
    const bench = await startFaultBench(t);
    await bench.issue();
    const predecessor = lastRenewalId(bench);
    bench.fake.inject({ on: 'newOrder', fault: refused, times: Infinity, when: (payload) => 'replaces' in payload });
    const run = await bench.renew(['--force']);
    assertSuccess(run);
    assert.deepEqual(replacesOf(run.payloads('newOrder')), [predecessor, undefined]);
    assertIssued(bench);
  });
}

test('a predecessor that has a replacement already, as the CA sees it, does not stop the renewal', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'newOrder', fault: responseLost() });
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  const [first, second, third] = replacesOf(run.payloads('newOrder'));
  assert.deepEqual([first, second, third], [first, first, undefined]);
  assert.equal(run.count('finalize'), 1);
});

test('a second refusal is final', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'newOrder', fault: malformed(), times: Infinity });
  const run = await bench.renew(['--force']);
  assertFailure(run, 40, 'AcmeError');
  assert.equal(run.count('newOrder'), 2);
});

test('other failures are not taken for a refused predecessor', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'newOrder', fault: refusal('rejectedIdentifier', 403), times: Infinity });
  const run = await bench.renew(['--force']);
  assertFailure(run, 46, 'OrderRejected');
  assert.equal(run.count('newOrder'), 1);
});

test('a CA that trips over the predecessor is asked without it, when its fault lasts', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const fault = serverInternal();
  bench.fake.inject({ on: 'newOrder', fault, times: Infinity, when: (payload) => 'replaces' in payload });
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  const replaced = replacesOf(run.payloads('newOrder'));
  assert.ok(replaced.length > 2 && replaced.slice(0, -1).every((value) => value !== undefined));
  assert.equal(replaced.at(-1), undefined);
});

test('a CA without renewal information gets no predecessor', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'directory', fault: withoutMember('renewalInfo'), times: Infinity });
  await bench.issue();
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  assert.deepEqual(replacesOf(run.payloads('newOrder')), [undefined]);
});

function replacesOf(payloads: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return payloads.map(({ replaces }) => replaces);
}

function lastRenewalId(bench: FaultBench): string | undefined {
  return [...bench.fake.state.certificates.values()].at(-1)?.renewalId;
}
