import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import type { RunWacsOptions } from '../support/run-wacs.ts';
import { isAlive } from './processes.ts';
import { createScript } from './scripts.ts';
import { assertExit, createWorkbench, namesIn, quick, type Workbench } from './workbench.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

test('Ctrl+C ends a run with 26 and leaves the work that was done', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, vaNoSleep: false });
  if (pebble === undefined) return;

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    await t.test(`${signal} in the middle of a validation frees the port; the next run goes on`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      const orders = pebble.requestCount('newOrder');
      const run = await bench.create('a.test', ['--id', 'site', '--verbose'], when('/chalZ/', signal));
      assertExit(run, 26);
      assert.match(run.stderr, new RegExp(`interrupted by ${signal} \\[26 Interrupted\\]`));
      assert.equal(run.report?.exitName, 'Interrupted');
      await assertFree(pebble.httpPort);
      assertExit(await bench.create('a.test', ['--id', 'site']), 0);
      assert.ok(pebble.requestCount('newOrder') - orders <= 2);
    });
  }

  await t.test('SIGINT during a script ends the script; the next run starts it again without an order', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const script = createScript(bench.folder);
    const installation = ['--installation', 'script', '--script', script.path];
    script.hold();
    const run = bench.create('b.test', ['--id', 'site', ...installation, '--verbose'], when('starting ', 'SIGINT'));
    const pid = await script.started();
    assertExit(await run, 26);
    assert.equal(isAlive(pid), false);
    const orders = pebble.requestCount('newOrder');
    script.release();
    const next = await bench.run(['--renew']);
    assertExit(next, 0);
    assert.equal(next.report?.renewals[0]?.result, 'deployedOnly');
    assert.equal(pebble.requestCount('newOrder'), orders);
  });

  await t.test('a second Ctrl+C does not wait for anything', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const script = createScript(bench.folder, "trap '' TERM INT; left=5; while [ $left -gt 0 ]; do sleep 1; left=$((left - 1)); done");
    const installation = ['--installation', 'script', '--script', script.path];
    const onOutput: RunWacsOptions['onOutput'] = (text, kill) => {
      if (!text.includes('starting ')) return;
      setTimeout(() => kill('SIGINT'), 300);
      setTimeout(() => kill('SIGINT'), 400);
    };
    const run = await bench.create('c.test', ['--id', 'site', ...installation, '--verbose'], { onOutput });
    assertExit(run, 26);
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
  return readdirSync(bench.folder, { recursive: true, encoding: 'utf8' }).filter((path) => /tmp|temp|\.new$/i.test(path));
}

async function assertFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port);
  await once(server, 'listening');
  server.close();
}
