import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { delay, hang, rawAnswer, reset, slowHeaders } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('connections that break before the CA has read the request, now and then', async (t) => {
  const bench = await startFaultBench(t);
  for (const on of ['directory', 'newNonce', 'newAccount', 'newOrder', 'challenge', 'finalize'] as const)
    bench.fake.inject({ on, fault: reset(on === 'newOrder' ? 'headers' : 'body') });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 2);
  assertIssued(bench);
});

for (const kind of ['directory', 'newNonce', 'newOrder', 'finalize'] as const) {
  test(`connections that break at ${kind} for ever: 41 after a few attempts`, async (t) => {
    const bench = await startFaultBench(t);
    bench.fake.inject({ on: kind, fault: reset(), times: Infinity });
    const run = await bench.create();
    const error = assertFailure(run, 41, 'AcmeUnreachable');
    // What is not signed is sent once more when it met a kept connection.
    assert.ok([3, 4].includes(run.count(kind)), `${run.count(kind)} requests`);
    assert.match(error.message, /the connection was closed before the answer was complete.*\(3 attempts\)/);
  });
}

for (const [what, fault] of [
  ['no answer at all', hang()],
  ['headers that never end', slowHeaders()],
  ['an answer that comes too late', delay(3_000)],
] as const) {
  test(`${what}: 41 with the limit, in bounded time`, async (t) => {
    const bench = await startFaultBench(t);
    bench.setLimits({ RequestTimeout: 1, RequestAttempts: 2 });
    bench.fake.inject({ on: 'newOrder', fault, times: Infinity });
    const run = await bench.create();
    const error = assertFailure(run, 41, 'AcmeUnreachable');
    assert.match(error.message, /no complete answer within 1 s/);
    assert.equal(run.count('newOrder'), 2);
    assert.ok(run.tookMs < 8_000, `${run.tookMs} ms`);
  });
}

test('silence once is no failure', async (t) => {
  const bench = await startFaultBench(t);
  bench.setLimits({ RequestTimeout: 1 });
  bench.fake.inject({ on: 'authz', fault: hang() });
  assertSuccess(await bench.create());
});

test('TLS that is not trusted: 41 at once, and --cafile is the way out', async (t) => {
  const bench = await startFaultBench(t);
  const stranger = join(bench.authority, '..', 'stranger.pem');
  writeFileSync(stranger, bench.fake.rootPems[0] ?? '');
  const run = await bench.create('a.test', ['--cafile', stranger]);
  const error = assertFailure(run, 41, 'AcmeUnreachable');
  assert.match(error.message, /TLS: /);
  assert.match(error.hint ?? '', /--cafile/);
  assert.doesNotMatch(error.message, /attempts/);
  assert.deepEqual(run.requests, []);
  assertSuccess(await bench.create());
});

test('a CA that is down: 41, and the renewal keeps its certificate', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const before = { files: bench.storedFiles(), certificate: bench.readRenewal().state.certificate };
  await bench.fake.stop();
  const closed = await bench.renew(['--force']);
  const error = assertFailure(closed, 41, 'AcmeUnreachable');
  assert.match(error.message, /the connection is refused by 127\.0\.0\.1:\d+ .*\(3 attempts\)/);
  assert.deepEqual(bench.storedFiles(), before.files);
  const { certificate, failures } = bench.readRenewal().state;
  assert.deepEqual(certificate, before.certificate);
  assert.equal(failures?.count, 1);
});

test('a CA that goes down in the middle: 41, and the next run goes on with the order', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'authz', fault: reset(), times: Infinity });
  const run = await bench.create();
  assertFailure(run, 41, 'AcmeUnreachable');
  assert.equal(bench.hasOpenOrder(), true);
  bench.fake.clearFaults();
  const next = await bench.renew();
  assertSuccess(next);
  assert.equal(next.count('newOrder'), 0);
  assertIssued(bench);
});

test('a directory that has moved: 40 with what was tried', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({
    on: 'directory',
    fault: rawAnswer(301, '', { Location: 'https://ca.example/' }),
    times: Infinity,
  });
  assert.match(assertFailure(await bench.create(), 40, 'AcmeError').message, /answered 301/);
});

test('a host without an address: 41 with its name', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.run(['--register', '--accepttos', '--baseuri', 'https://ca.invalid/directory']);
  assert.equal(run.exitCode, 41, run.output);
  assert.match(run.stderr, /DNS .*ca\.invalid/);
  assert.match(run.stderr, /\[41 AcmeUnreachable\]\n.*what to do: /);
});

test('a CA on an IPv6 address alone', async (t) => {
  const bench = await startFaultBench(t, { address: '::1' });
  assertSuccess(await bench.create());
  assertIssued(bench);
  await bench.fake.stop();
  const error = assertFailure(await bench.renew(['--force']), 41, 'AcmeUnreachable');
  assert.match(error.message, /refused by \[::1\]:\d+ \(ECONNREFUSED\)/);
});
