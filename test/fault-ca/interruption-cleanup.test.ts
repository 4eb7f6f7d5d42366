import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { changeResponse } from '../support/fake-acme/faults.ts';
import type { ResourceKind } from '../support/fake-acme/resources.ts';
import { createTrigger, type FaultBench, type FaultRun, startFaultBench } from '../support/fault-ca.ts';
import type { RunWacsOptions } from '../support/run-wacs.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;
const longWaits = { RequestTimeout: 60, PollTimeout: 60 };
const soonMs = 5_000;

/** The request that is never answered, after so many of its kind. */
const stages: readonly (readonly [title: string, on: ResourceKind, after: number])[] = [
  ['after the order was made', 'authz', 0],
  ['while the challenge is in place', 'challenge', 0],
  ['while the CA validates', 'authz', 1],
  ['after the request was sent', 'order', 0],
  ['while the certificate is fetched', 'certificate', 0],
];

for (const [title, on, after] of stages) {
  for (const validation of ['selfhosting', 'filesystem'] as const) {
    test(`Ctrl+C ${title}, with ${validation}: 26 at once, nothing left, and the next run succeeds`, {
      skip,
    }, async (t) => {
      const bench = await startFaultBench(t, { processing: { polls: 0 } });
      bench.setLimits(longWaits);
      const trigger = createTrigger('SIGINT');
      const silence = new Promise<void>((resolve) => {
        const fault: Fault = {
          name: 'interrupt',
          apply() {
            resolve();
            trigger.fire();
          },
        };
        bench.fake.inject({ on, after, fault, times: Infinity });
      });
      const running = create(bench, validation, trigger.options);
      await Promise.race([silence, running]);
      const interruptedAt = performance.now();
      await assertInterrupted(bench, await running, interruptedAt);
      assert.deepEqual(challengesIn(bench), []);
      bench.fake.clearFaults();
      assertSuccess(await create(bench, validation));
      assertIssued(bench);
    });
  }
}

test('Ctrl+C while waiting as the CA asks between two looks: 26 at once', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  bench.setLimits(longWaits);
  const trigger = createTrigger('SIGINT');
  let interruptedAt = 0;
  const fault = changeResponse((response) => {
    setTimeout(() => {
      interruptedAt = performance.now();
      trigger.fire();
    }, 300);
    return {
      ...response,
      headers: { ...response.headers, 'Retry-After': '50' },
      body: { ...Object(response.body), status: 'pending' },
    };
  });
  bench.fake.inject({ on: 'authz', after: 1, fault, times: Infinity });
  const run = await create(bench, 'selfhosting', trigger.options);
  await assertInterrupted(bench, run, interruptedAt);
  assert.equal(run.count('authz'), 2);
  bench.fake.clearFaults();
  assertSuccess(await bench.create());
  assertIssued(bench);
});

test('Ctrl+C while waiting for another run: 26 at once, and the other run is not disturbed', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  let goOn = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  bench.setLimits(longWaits);
  const reached = new Promise<void>((resolve) => {
    const fault = changeResponse(async (response) => {
      resolve();
      await released;
      return response;
    });
    bench.fake.inject({ on: 'newOrder', fault });
  });
  const first = bench.create();
  await reached;
  let interruptedAt = 0;
  const second = await bench.renew([], {
    onOutput(text, kill) {
      if (!/waiting for process \d+/.test(text)) return;
      interruptedAt = performance.now();
      kill('SIGINT');
    },
  });
  assert.equal(second.exitCode, 26, second.output);
  assert.ok(performance.now() - interruptedAt < soonMs);
  assert.match(second.stderr, /interrupted by SIGINT \[26 Interrupted\]/);
  assert.equal(second.requests.length, 0);
  goOn();
  assertSuccess(await first);
  assertIssued(bench);
});

function create(
  bench: FaultBench,
  validation: 'selfhosting' | 'filesystem',
  options?: RunWacsOptions,
): Promise<FaultRun> {
  if (validation === 'selfhosting') return bench.create('a.test', ['--verbose'], options);
  mkdirSync(webrootOf(bench), { recursive: true });
  const main = [
    '--source',
    'manual',
    '--host',
    'a.test',
    '--id',
    'site',
    '--notaskscheduler',
    '--accepttos',
    '--verbose',
  ];
  const rest = ['--validation', 'filesystem', '--webroot', webrootOf(bench), '--csr', 'ec', '--store', 'pemfiles'];
  return bench.run([...main, ...rest, '--pemfilespath', join(webrootOf(bench), '..', 'pem')], options);
}

function webrootOf({ authority }: FaultBench): string {
  return join(dirname(dirname(authority)), 'web root');
}

function challengesIn(bench: FaultBench): string[] {
  return existsSync(webrootOf(bench)) ? readdirSync(webrootOf(bench), { encoding: 'utf8' }) : [];
}

/** The code in time, the state whole, and nobody at the port of the validation. */
async function assertInterrupted(bench: FaultBench, run: FaultRun, interruptedAt: number): Promise<void> {
  const tookMs = performance.now() - interruptedAt;
  assert.match(assertFailure(run, 26, 'Interrupted').message, /interrupted by SIGINT/);
  assert.ok(tookMs < soonMs, `${tookMs} ms`);
  bench.readRenewal();
  const server = createServer().listen(bench.fake.httpPort);
  await once(server, 'listening');
  server.close();
}
