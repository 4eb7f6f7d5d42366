import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import type { RunWacsOptions } from '../support/run-wacs.ts';
import { isAlive } from './processes.ts';
import { createScript } from './scripts.ts';
import { assertExit, createWorkbench, namesIn, quick, type Workbench } from './workbench.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

test('Ctrl+C in the middle of a validation is 26 and frees the port; the next run goes on', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, vaNoSleep: false });
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const run = await bench.create('a.test', ['--id', 'site', '--verbose'], when('/chalZ/', 'SIGINT'));
  assertExit(run, 26);
  assert.match(run.stderr, /interrupted by SIGINT \[26 Interrupted\]/);
  assert.equal(run.report?.exitName, 'Interrupted');
  await assertFree(pebble.httpPort);
  const next = await bench.create('a.test', ['--id', 'site']);
  assertExit(next, 0);
});

test('a script that is running when the run is interrupted', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const startHeld = async (t: TestContext, signal: NodeJS.Signals) => {
    const bench = await createWorkbench(t, pebble);
    const script = createScript(bench.folder);
    t.after(script.release);
    script.hold();
    let kill: (signal: NodeJS.Signals) => void = () => assert.fail('not started');
    const arguments_ = ['--id', 'site', '--installation', 'script', '--script', script.path];
    const running = bench.create('b.test', arguments_, {
      onOutput(_, end) {
        kill = end;
      },
    });
    const pid = await script.started();
    kill(signal);
    return { bench, script, pid, run: await running };
  };
  const assertRepeated = async (bench: Workbench) => {
    const orders = pebble.requestCount('newOrder');
    const next = await bench.run(['--renew']);
    assertExit(next, 0);
    assert.equal(next.report?.renewals[0]?.result, 'deployedOnly');
    assert.equal(pebble.requestCount('newOrder'), orders);
    assert.deepEqual(namesIn(join(bench.authority, 'orders')), []);
  };

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    await t.test(`${signal} ends it: 26, and the next run starts it again without an order`, async (t) => {
      const { bench, script, pid, run } = await startHeld(t, signal);
      assertExit(run, 26);
      assert.equal(isAlive(pid), false, 'the script still runs');
      script.release();
      await assertRepeated(bench);
    });
  }

  await t.test('a power cut: the next run starts it again without an order', async (t) => {
    const { bench, script, run } = await startHeld(t, 'SIGKILL');
    assert.equal(run.signal, 'SIGKILL');
    script.release();
    await assertRepeated(bench);
  });
});

/** Moments to kill at: what stands in the verbose output then. */
const moments = [
  ['the directory', '/dir: 200'],
  ['the account', '/sign-me-up: 201'],
  ['the order', '/order-plz: 201'],
  ['publishing a challenge', 'validating by http-01'],
  ['answering a challenge', '/chalZ/'],
  ['the validation', ': validated'],
  ['finalizing', '/finalize-order/'],
  ['the certificate', '/certZ/'],
  ['issuing', 'issued, valid until'],
  ['storing', 'stored by pemfiles'],
] as const;

test('a run that is killed leaves a state the next one succeeds with', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  for (const [moment, text] of moments) {
    await t.test(`killed at ${moment}`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      const [orders, answers] = [pebble.requestCount('newOrder'), pebble.requestCount('challenge')];
      const killed = await bench.create('a.test', ['--id', 'site', '--verbose'], when(text, 'SIGKILL'));
      assert.equal(killed.signal, 'SIGKILL', killed.output);
      // From the answer on until the validation, the CA finds nobody at the port.
      const spoiled = pebble.requestCount('challenge') > answers && !killed.output.includes(': validated');
      const resumable = isOnRecord(bench) && !spoiled;

      // A run removes what a killed one left once no other run can be writing it any more.
      for (const path of leftovers(bench)) utimesSync(join(bench.folder, path), longAgo, longAgo);
      const next = await bench.create('a.test', ['--id', 'site', '--verbose']);
      assertExit(next, 0);
      const made = pebble.requestCount('newOrder') - orders;
      assert.ok(made <= (resumable ? 1 : 2), `${made} orders:\n${next.output}`);
      assert.equal(bench.readRenewal('site').state.certificate?.deployed, true);
      assert.deepEqual(namesIn(join(bench.authority, 'orders')), []);
      assert.deepEqual(leftovers(bench), []);
      assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
    });
  }
});

const longAgo = new Date(Date.now() - 2 * 3_600_000);

/** Ends the program when it has printed `text`. */
function when(text: string, signal: NodeJS.Signals): RunWacsOptions {
  let output = '';
  return {
    onOutput(more, kill) {
      const seen = output.includes(text);
      output += more;
      if (!seen && output.includes(text)) kill(signal);
    },
  };
}

/** Whether an order, or a certificate, is on record. */
function isOnRecord(bench: Workbench): boolean {
  if (namesIn(join(bench.authority, 'orders')).includes('site.order.json')) return true;
  return bench.ids().includes('site') && bench.readRenewal('site').state.certificate !== undefined;
}

/** Files that belong to a write under way. */
function leftovers(bench: Workbench): string[] {
  return readdirSync(bench.folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /tmp|temp|\.new$/i.test(path),
  );
}

async function assertFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port);
  await once(server, 'listening');
  server.close();
}
