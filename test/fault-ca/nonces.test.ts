import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badNonce, changeResponse, withoutHeader } from '../support/fake-acme/faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const signed = ['newAccount', 'newOrder', 'authz', 'challenge', 'order', 'finalize', 'certificate'] as const;

test('one certificate takes one newNonce request', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.create('a.test,b.test,c.test');
  assertSuccess(run);
  assert.equal(run.count('newNonce'), 1);
  assert.equal(run.count('directory'), 1);
});

test('badNonce once at each step: signed anew with the nonce of the refusal', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 1 } });
  for (const on of signed) bench.fake.inject({ on, fault: badNonce() });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('newNonce'), 1);
  assert.deepEqual([run.count('newAccount'), run.count('newOrder'), run.count('finalize')], [2, 2, 2]);
  assertIssued(bench);
});

test('badNonce ten times in a row is endured', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: badNonce(), times: 10 });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 11);
  assert.equal(run.count('newNonce'), 1);
});

test('badNonce for ever ends after a bounded number of attempts: 40', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: badNonce(), times: Infinity });
  const run = await bench.create();
  const error = assertFailure(run, 40, 'AcmeError');
  assert.equal(run.count('newOrder'), 20);
  assert.match(error.message, /\(badNonce\)/);
});

test('nonces that the CA has forgotten are replaced', async (t) => {
  const bench = await startFaultBench(t);
  const { nonces } = bench.fake.state;
  const forget = changeResponse((response) => {
    nonces.clear();
    return response;
  });
  bench.fake.inject({ on: 'newAccount', fault: forget });
  assertSuccess(await bench.create());
});

test('a CA that drops Replay-Nonce costs more newNonce requests and nothing else', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: signed, fault: withoutHeader('Replay-Nonce'), times: Infinity });
  const run = await bench.create('a.test,b.test');
  assertSuccess(run);
  const posts = run.requests.filter(({ method }) => method === 'POST').length;
  assert.ok(run.count('newNonce') > 1 && run.count('newNonce') <= posts, `${run.count('newNonce')} of ${posts}`);
  assertIssued(bench);
});

test('newNonce without a nonce: 40, and the hint thinks of a proxy', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newNonce', fault: withoutHeader('Replay-Nonce'), times: Infinity });
  const error = assertFailure(await bench.create(), 40, 'AcmeError');
  assert.match(error.message, /Replay-Nonce/);
  assert.match(error.hint ?? '', /proxy/);
});
