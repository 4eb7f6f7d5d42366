import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertExit, benchOrSkip, holdingScript, until } from './windows-bench.ts';

test('one run of the executable at a time on a state folder', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { machine, pebble } = bench;
  const script = await holdingScript(bench);
  assertExit(await bench.create('a.test', ['--id', 'site', ...script.arguments]), 0);
  const renew = (...args: string[]) => bench.run(['--renew', '--notaskscheduler', ...args]);

  await t.test('a wait that gets too long is 23 and names the process; --list needs no lock', async () => {
    script.hold();
    const first = renew('--force');
    await until('the script of the first run', script.started);
    const second = await renew('--waitforlock', '1');
    assertExit(second, 23);
    const [, pid] =
      /another run still uses this state folder after 1 s: process (\d+), since \S+: wacs --renew/.exec(
        second.stderr,
      ) ?? [];
    const { stdout } = await machine.run('tasklist.exe');
    assert.match(stdout, new RegExp(`^wacs\\.exe\\s+${pid}\\s`, 'm'), `${pid} is not a process of ours:\n${stdout}`);
    assertExit(await renew('--waitforlock', '0'), 23);
    assertExit(await bench.run(['--list']), 0);
    script.release();
    assertExit(await first, 0);
  });

  await t.test('the second waits, says for whom, and both succeed', async () => {
    script.hold();
    const orders = pebble.requestCount('newOrder');
    const first = renew('--force');
    await until('the script of the first run', script.started);
    const second = renew('--force', '--waitforlock', '60');
    await until('the waiting of the second run', () => /waiting for process \d+ .*at most 60 s/.test(bench.log()));
    script.release();
    assertExit(await first, 0);
    const waited = await second;
    assertExit(waited, 0);
    assert.match(waited.stdout, /waiting for process \d+ \(wacs --renew/);
    assert.equal(pebble.requestCount('newOrder') - orders, 2);
  });

  await t.test('a holder that is killed is no obstacle', async () => {
    script.hold();
    const kill = new AbortController();
    const first = bench.run(['--renew', '--force', '--notaskscheduler'], { signal: kill.signal });
    await until('the script of the first run', script.started);
    kill.abort();
    assert.equal((await first).exitCode, undefined);
    script.release();
    const next = await renew('--waitforlock', '0');
    assertExit(next, 0);
    assert.equal(next.report?.renewals[0]?.result, 'deployedOnly');
  });
});
