import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rateLimited } from '../support/fake-acme/faults.ts';
import { hang, reset } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const limit = ['--timelimit', '2'];

test('--timelimit ends a run that hangs, with 47, and the next run goes on', async (t) => {
  const bench = await startFaultBench(t);
  bench.setLimits({ RequestTimeout: 60 });
  bench.fake.inject({ on: 'finalize', fault: hang() });
  const run = await bench.create('a.test', limit);
  const error = assertFailure(run, 47, 'AcmeTimeout');
  assert.match(error.message, /the run has reached its limit of 2 s$/);
  assert.match(error.hint ?? '', /--timelimit/);
  assert.ok(run.tookMs >= 2_000 && run.tookMs < 7_000, `${run.tookMs} ms`);
  assert.equal(bench.readRenewal().state.failures?.count, 1);
  bench.fake.clearFaults();
  const next = await bench.renew();
  assertSuccess(next);
  assert.equal(next.count('newOrder'), 0);
  assertIssued(bench);
});

test('a Retry-After that the limit would cut short is answered with 43 at once', async (t) => {
  const bench = await startFaultBench(t);
  bench.setLimits({ LongestRetryAfter: 600 });
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(400) });
  const run = await bench.create();
  assertFailure(run, 43, 'AcmeRateLimited');
  assert.ok(run.tookMs < 10_000, `${run.tookMs} ms`);
});

test('a script that the limit ends is a failed script, and the certificate is there', async (t) => {
  const bench = await startFaultBench(t);
  const { path: folder, remove } = await temporaryFolder('wacs limit ');
  t.after(remove);
  const script = join(folder, 'slow.sh');
  writeFileSync(script, '#!/bin/sh\nsleep 60\n');
  chmodSync(script, 0o755);
  const run = await bench.create('a.test', ['--timelimit', '4', '--installation', 'script', '--script', script]);
  const error = assertFailure(run, 53, 'ScriptFailed');
  assert.match(error.message, /slow\.sh.* the run has reached its limit of 4 s/);
  assert.ok(run.tookMs < 12_000, `${run.tookMs} ms`);
  assert.equal(bench.readRenewal().state.certificate?.deployed, false);
  assert.ok(Object.keys(bench.storedFiles()).length > 0);
});

test('--waitfornetwork waits until the CA answers', async (t) => {
  const bench = await startFaultBench(t);
  bench.setLimits({ RequestAttempts: 1 });
  bench.fake.inject({ on: 'directory', times: 3, fault: reset('headers') });
  assertFailure(await bench.create(), 41, 'AcmeUnreachable');
  const run = await bench.create('a.test', ['--waitfornetwork', '20']);
  assertSuccess(run);
  assert.match(run.stdout, /waiting for the network, at most 20 s: /);
  assertIssued(bench);
});

test('--waitfornetwork ends with 41 when nothing ever answers, and asks nothing where nothing is due', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'directory', times: Number.POSITIVE_INFINITY, fault: reset('headers') });
  const run = await bench.renew(['--force', '--waitfornetwork', '2']);
  const error = assertFailure(run, 41, 'AcmeUnreachable');
  assert.match(error.message, /no network within 2 s: /);
  assert.ok(run.tookMs >= 2_000 && run.tookMs < 7_000, `${run.tookMs} ms`);
  bench.editRenewal((state) => {
    delete state.failures;
    delete state.renewalInfo;
    const { renewalInfoId: _, ...certificate } = state.certificate ?? assert.fail('no certificate');
    Object.assign(state, { certificate });
  });
  const idle = await bench.renew(['--waitfornetwork', '20']);
  assertSuccess(idle);
  assert.equal(idle.requests.length, 0);
});
