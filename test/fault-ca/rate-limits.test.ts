import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paused, rateLimited, serverInternal, unavailable } from '../support/fake-acme/faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const hours = 3_600;

test('429 with Retry-After 2 s: waits as long as asked, then goes on', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(2) });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 2);
  assert.ok(run.tookMs >= 2_000 && run.tookMs < 10_000, `${run.tookMs} ms`);
  assertIssued(bench);
});

test('429 with an HTTP date is a moment like any other', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(new Date(Date.now() + 3_000)) });
  const waited = await bench.create();
  assertSuccess(waited);
  assert.equal(waited.count('newOrder'), 2);
  const tomorrow = new Date(Math.ceil(Date.now() / 1000) * 1000 + 24 * hours * 1000);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(tomorrow) });
  const error = assertFailure(await bench.renew(['--force']), 43, 'AcmeRateLimited');
  assert.equal(error.retryAt, tomorrow.toISOString());
});

test('429 with Retry-After 3 h: 43 at once; the moment is shown, stored, and kept by the next run', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(3 * hours) });
  const first = await bench.create();
  const error = assertFailure(first, 43, 'AcmeRateLimited');
  assert.equal(first.count('newOrder'), 1);
  const retryAt = error.retryAt ?? '';
  assertInHours(retryAt, 3);
  assert.ok(first.stderr.includes(`not before ${retryAt}`), first.output);
  assert.match(first.stderr, /too many new orders recently \(rateLimited\); see https:\/\/ca\.example\/rate-limits/);
  assert.equal(bench.readRenewal().state.failures?.retryAt, retryAt);

  for (const again of [await bench.create(), await bench.renew()]) {
    const known = assertFailure(again, 43, 'AcmeRateLimited');
    assert.equal(known.retryAt, retryAt);
    assert.ok(again.stderr.includes(`no new attempt before ${retryAt}`), again.output);
    assert.deepEqual(again.requests, []);
  }
  assert.equal(bench.readRenewal().state.failures?.count, 1, 'asking nobody is not one more failure');

  const forced = await bench.renew(['--force']);
  assertSuccess(forced);
  assert.equal(forced.count('newOrder'), 1);
  assertIssued(bench);
});

test('a rate limit that has passed is tried again', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(3 * hours) });
  assertFailure(await bench.create(), 43, 'AcmeRateLimited');
  bench.editRenewal(({ failures }) =>
    Object.assign(failures ?? {}, { retryAt: new Date(Date.now() - 1).toISOString() }),
  );
  assertSuccess(await bench.renew());
  assertIssued(bench);
});

test('a rate limit on renewal leaves certificate and files; until it is due again the run is at peace', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const files = bench.storedFiles();
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(3 * hours) });
  assertFailure(await bench.renew(['--force']), 43, 'AcmeRateLimited');
  assert.deepEqual(bench.storedFiles(), files);
  assertSuccess(await bench.renew());
});

test('429 without Retry-After: a few attempts, then 43', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(), times: Infinity });
  const run = await bench.create();
  const error = assertFailure(run, 43, 'AcmeRateLimited');
  assert.equal(run.count('newOrder'), 3);
  assert.equal(error.retryAt, undefined);
  assert.match(error.message, /\(3 attempts\)/);
});

test('a limit on new accounts is a rate limit too', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newAccount', fault: rateLimited(3 * hours) });
  const run = await bench.run(['--register', '--accepttos']);
  assertInHours(assertFailure(run, 43, 'AcmeRateLimited').retryAt ?? '', 3);
  assert.equal(run.count('newAccount'), 1);
});

test('a paused name: 43 with the link that ends the pause', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: paused('a.test'), times: Infinity });
  const run = await bench.create();
  assertFailure(run, 43, 'AcmeRateLimited');
  assert.match(run.stderr, /certificates for a\.test; see https:\/\/ca\.example\/unpause\?jwt=x/);
});

test('503 with a short Retry-After: waits, then goes on', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: ['directory', 'newNonce', 'newOrder', 'finalize'], fault: unavailable(1), times: 2 });
  const run = await bench.create();
  assertSuccess(run);
  assert.ok(run.tookMs >= 2_000, `${run.tookMs} ms`);
});

for (const kind of ['directory', 'newNonce', 'newOrder', 'finalize'] as const) {
  test(`503 with Retry-After 3 h at ${kind}: 43 at once, and not before then`, async (t) => {
    const bench = await startFaultBench(t);
    bench.fake.inject({ on: kind, fault: unavailable(3 * hours), times: Infinity });
    const run = await bench.create();
    const error = assertFailure(run, 43, 'AcmeRateLimited');
    assert.equal(run.count(kind), 1);
    assertInHours(error.retryAt ?? '', 3);
    assert.ok(run.stderr.includes(`not before ${error.retryAt}`), run.output);
    bench.fake.clearFaults();
    const next = await bench.renew();
    assertFailure(next, 43, 'AcmeRateLimited');
    assert.deepEqual(next.requests, []);
  });
}

test('503 for ever: 41 after a few attempts', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: unavailable(), times: Infinity });
  const run = await bench.create();
  const error = assertFailure(run, 41, 'AcmeUnreachable');
  assert.equal(run.count('newOrder'), 3);
  assert.match(error.message, /creating the order: .*\/new-order answered 503: the service is down.*\(3 attempts\)/);
  assert.equal(error.problem?.status, 503);
});

test('500 once is not worth a failure', async (t) => {
  const bench = await startFaultBench(t);
  for (const on of ['directory', 'newNonce', 'newAccount', 'newOrder', 'authz', 'challenge', 'finalize'] as const)
    bench.fake.inject({ on, fault: serverInternal() });
  bench.fake.inject({ on: 'certificate', fault: serverInternal() });
  const run = await bench.create();
  assertSuccess(run);
  assert.deepEqual([run.count('directory'), run.count('newOrder'), run.count('certificate')], [2, 2, 2]);
  assertIssued(bench);
});

function assertInHours(moment: string, count: number): void {
  const difference = Date.parse(moment) - Date.now() - count * hours * 1000;
  assert.ok(difference <= 0 && difference > -60_000, `${moment} is not in ${count} h`);
}
