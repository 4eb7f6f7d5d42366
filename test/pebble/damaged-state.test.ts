import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { createScript } from './scripts.ts';
import { damage } from './state-checks.ts';
import { assertExit, createWorkbench, quick } from './workbench.ts';

test('state that cannot be read, and failures of several kinds', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test(
    'a damaged renewal file: 20 with its line, while the others are renewed and it stays as it is',
    async (t) => {
      const bench = await createWorkbench(t, pebble);
      assertExit(await bench.create('a.test', ['--id', 'good']), 0);
      const path = join(bench.authority, 'bad.renewal.json');
      writeFileSync(path, damage, { mode: 0o600 });
      const run = await bench.run(['--renew', '--force']);
      assertExit(run, 20);
      assert.match(run.stderr, /bad\.renewal\.json: line 2, column \d+: not valid JSON/);
      assert.deepEqual(
        run.report?.renewals.map(({ id, result }) => [id, result]),
        [['good', 'renewed']],
      );
      assertExit(await bench.run(['--list']), 20);
      assert.equal(readFileSync(path, 'utf8'), damage);
    },
  );

  await t.test('a field that makes no sense: 20 with its name', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    bench.editRenewal('site', ({ state }) => Object.assign(state.certificate ?? {}, { notAfter: 'soon' }));
    const run = await bench.run(['--renew']);
    assertExit(run, 20);
    assert.match(run.stderr, /site\.renewal\.json: field "state\.certificate\.notAfter": is not a date/);
  });

  await t.test('damaged settings: 20 with the line', async (t) => {
    const bench = await createWorkbench(t, pebble);
    mkdirSync(bench.state);
    writeFileSync(join(bench.state, 'settings.json'), damage);
    const run = await bench.run(['--renew']);
    assertExit(run, 20);
    assert.match(run.stderr, /settings\.json: line 2: a word that is not true, false or null/);
    bench.writeSettings({ Acme: { RequestAttempts: 'many' } });
    const typed = await bench.run(['--renew']);
    assertExit(typed, 20);
    assert.match(typed.stderr, /settings\.json: line 4, "Acme\.RequestAttempts" must be a number, not text/);
  });

  await t.test('two renewals that fail for one cause give its code, for two causes 60', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const script = createScript(bench.folder);
    const scripted = ['--installation', 'script', '--script', script.path];
    assertExit(await bench.create('a.test', ['--id', 'a', ...scripted]), 0);
    assertExit(await bench.create('b.test', ['--id', 'b', ...scripted]), 0);
    assertExit(await bench.create('c.test', ['--id', 'c']), 0);
    script.failWith(3);
    const same = await bench.run(['--renew', '--force']);
    assertExit(same, 53);
    assert.match(same.stderr, /2 of 3 renewals failed/);
    // No validation is made to fail: Pebble reuses one authorization in a hundred even when told not to.
    bench.editRenewal('b', ({ plan }) => {
      plan.store = [{ plugin: 'pemfiles', path: join(script.path, 'a file is no folder') }];
    });
    const mixed = await bench.run(['--renew', '--force']);
    assertExit(mixed, 60);
    assert.deepEqual(
      mixed.report?.renewals.map(({ id, error }) => [id, error?.code]),
      [
        ['a', 53],
        ['b', 51],
        ['c', undefined],
      ],
    );
    assert.deepEqual(
      mixed.report?.error?.failures?.map(({ name }) => name),
      ['ScriptFailed', 'StoreError'],
    );
  });
});
