import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { createScript } from './scripts.ts';
import { assertExit, createWorkbench, quick } from './workbench.ts';

const skip = process.platform === 'win32' ? 'the script is for a POSIX shell' : false;

test('one run at a time on a state folder', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const script = createScript(bench.folder);
  t.after(script.release);
  assertExit(await bench.create('a.test', ['--id', 'a', '--installation', 'script', '--script', script.path]), 0);
  await script.started();

  await t.test('the second waits, says for whom, and both succeed', async () => {
    script.hold();
    const orders = pebble.requestCount('newOrder');
    const first = bench.run(['--renew', '--force']);
    await script.started();
    let waiting = '';
    const second = bench.run(['--renew', '--force'], {
      onOutput(text) {
        waiting += text;
        if (/waiting for process \d+/.test(waiting)) script.release();
      },
    });
    assertExit(await first, 0);
    const { exitCode, stdout } = await second;
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /waiting for process \d+ \(wacs --renew --force .*\), at most 300 s/);
    assert.equal(pebble.requestCount('newOrder') - orders, 2);
    await script.started();
  });

  await t.test('a wait that gets too long is 23 and names the holder; --list needs no lock', async () => {
    script.hold();
    const first = bench.run(['--renew', '--force']);
    await script.started();
    const second = await bench.run(['--renew', '--waitforlock', '1']);
    assertExit(second, 23);
    assert.match(
      second.stderr,
      /another run still uses this state folder after 1 s: process \d+, since \S+: wacs --renew/,
    );
    assertExit(await bench.run(['--renew', '--waitforlock', '0']), 23);
    assertExit(await bench.run(['--list']), 0);
    script.release();
    assertExit(await first, 0);
    assertExit(await bench.run(['--renew', '--waitforlock', '0', '--detailedexitcode']), 15);
  });
});
