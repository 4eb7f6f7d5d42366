import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertExit, benchOrSkip } from './windows-bench.ts';

const noCa = ['--renew', '--notaskscheduler'];

test('the state folder is closed to users, and closed again when it was opened', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;

  await t.test('a first run and the next ones have nothing to complain about', async () => {
    for (const run of [await bench.create('a.test', ['--id', 'site']), await bench.run(noCa)]) {
      assertExit(run, 0);
      assert.doesNotMatch(run.output, /open to others|who may read/);
    }
  });

  // The permission bits of this machine are the access lists of Wine.
  if (bench.machine.prefix === undefined) return;
  await t.test('folders with keys and logs that were opened to everybody', async () => {
    const folders = [bench.state, bench.authority, join(bench.authority, 'certificates'), join(bench.state, 'log')];
    for (const folder of folders) chmodSync(folder, 0o755);
    const run = await bench.run(noCa);
    assertExit(run, 0);
    for (const name of ['wacs', 'log']) {
      assert.match(run.stderr, new RegExp(`\\\\${name}" was open to others \\(Everyone may read.*it is closed now`));
    }
    for (const folder of folders) assert.equal(statSync(folder).mode & 0o007, 0, folder);
    assert.doesNotMatch((await bench.run(noCa)).output, /open to others/);
  });
});
