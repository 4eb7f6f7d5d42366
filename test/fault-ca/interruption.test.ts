import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../support/fake-acme/exchange.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { rateLimited } from '../support/fake-acme/faults.ts';
import type { ResourceKind } from '../support/fake-acme/resources.ts';
import { createTrigger, killing, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';
import { setMoment } from './moments.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

const hanging: readonly ResourceKind[] = ['directory', 'newNonce', 'newAccount', 'newOrder', 'authz', 'finalize'];

for (const kind of hanging) {
  test(`Ctrl+C while the CA is silent at ${kind}: 26 at once`, { skip }, async (t) => {
    const bench = await startFaultBench(t);
    bench.setLimits({ RequestTimeout: 60 });
    const trigger = createTrigger('SIGINT');
    let interruptedAt = 0;
    const fault: Fault = {
      name: 'interrupt',
      apply() {
        interruptedAt = performance.now();
        trigger.fire();
      },
    };
    bench.fake.inject({ on: kind, fault, times: Infinity });
    const run = await bench.create('a.test', ['--verbose'], trigger.options);
    const tookMs = performance.now() - interruptedAt;
    assert.match(assertFailure(run, 26, 'Interrupted').message, /interrupted by SIGINT/);
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
    assert.equal(run.count(kind), 1);
    bench.fake.clearFaults();
    assertSuccess(await bench.create());
    assertIssued(bench);
  });
}

test('Ctrl+C while the CA is silent about renewal information is no answer of its own: 26', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const trigger = createTrigger('SIGINT');
  bench.fake.inject({ on: 'renewalInfo', fault: { name: 'interrupt', apply: () => trigger.fire() } });
  setMoment(bench, 'askAgainAt', Date.now() - 1);
  assertFailure(await bench.renew(['--verbose'], trigger.options), 26, 'Interrupted');
});

test('Ctrl+C while waiting as a rate limit asks: 26 at once', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  const trigger = createTrigger('SIGINT');
  const limited = rateLimited(120);
  const fault: Fault = {
    name: 'limit, then interrupt',
    apply(exchange) {
      setTimeout(() => trigger.fire(), 300);
      return limited.apply(exchange);
    },
  };
  bench.fake.inject({ on: 'newOrder', fault });
  const run = await bench.create('a.test', ['--verbose'], trigger.options);
  assertFailure(run, 26, 'Interrupted');
  assert.match(run.output, /waiting 120 s/);
  assert.ok(run.tookMs < 10_000, `${run.tookMs} ms`);
});

for (const [kind, orders] of [
  ['newAccount', 1],
  ['newOrder', 2],
  ['authz', 1],
  ['challenge', 1],
  ['order', 1],
  ['finalize', 1],
  ['certificate', 1],
] as const) {
  test(`killed when ${kind} was done and not answered: the next run succeeds with ${orders} newOrder in all`, {
    skip,
  }, async (t) => {
    const bench = await startFaultBench(t, { processing: { polls: 0 } });
    const trigger = createTrigger('SIGKILL');
    bench.fake.inject({ on: kind, fault: killing(trigger) });
    const killed = await bench.create('a.test', ['--verbose'], trigger.options);
    assert.equal(killed.signal, 'SIGKILL', killed.output);
    assert.equal(existsSync(join(bench.authority, 'site.renewal.json')), true);

    const next = await bench.renew(['--accepttos']);
    assertSuccess(next);
    assert.equal(bench.fake.countOf('newOrder'), orders, next.output);
    assert.equal(bench.fake.state.accounts.size, 1);
    if (kind === 'finalize' || kind === 'certificate') {
      assert.equal(next.count('finalize'), 0);
      assert.equal(bench.fake.state.certificates.size, 1);
    }
    assertIssued(bench);
  });
}

test('killed while the CA validates: nobody has answered it, so a new order takes the place', { skip }, async (t) => {
  const bench = await startFaultBench(t, { alwaysValid: false });
  const trigger = createTrigger('SIGKILL');
  let startValidation: Exchange['process'] = () => Promise.reject(new Error('nothing to validate'));
  const fault: Fault = {
    name: 'killed before the validation',
    apply({ process }) {
      startValidation = process;
      trigger.fire();
    },
  };
  bench.fake.inject({ on: 'challenge', fault });
  assert.equal((await bench.create('a.test', ['--verbose'], trigger.options)).signal, 'SIGKILL');
  await startValidation();
  const [authorization] = bench.fake.state.authorizations.values();
  while (authorization?.status === 'pending') await sleep(10);
  assert.equal(authorization?.status, 'invalid');
  const next = await bench.renew();
  assertSuccess(next);
  assert.equal(next.count('newOrder'), 1);
  assertIssued(bench);
});

test('killed when newOrder was done, at a CA that gives the same order again: one order', { skip }, async (t) => {
  const bench = await startFaultBench(t, { reuseOrders: true });
  const trigger = createTrigger('SIGKILL');
  bench.fake.inject({ on: 'newOrder', fault: killing(trigger) });
  assert.equal((await bench.create('a.test', ['--verbose'], trigger.options)).signal, 'SIGKILL');
  assertSuccess(await bench.renew());
  assert.equal(bench.fake.state.orders.size, 1);
});

test('killed while renewing: the replacement order of the killed run does not block the next', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const trigger = createTrigger('SIGKILL');
  bench.fake.inject({ on: 'newOrder', fault: killing(trigger) });
  assert.equal((await bench.renew(['--force', '--verbose'], trigger.options)).signal, 'SIGKILL');
  const next = await bench.renew(['--force']);
  assertSuccess(next);
  assert.deepEqual(
    next.payloads('newOrder').map((payload) => 'replaces' in payload),
    [true, false],
  );
  assertIssued(bench);
});
