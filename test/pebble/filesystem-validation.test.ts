import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { assertExit, createWorkbench, forgetAccount, namesIn, quick } from './workbench.ts';

test('--validation filesystem answers through a web site and leaves it as it was', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const webroot = join(bench.folder, 'web root');
  mkdirSync(webroot);
  const served = await serve(t, { webroot, port: pebble.httpPort });
  const create = (id: string) => bench.create('a.test,b.test', ['--validation', 'filesystem', ...rootOf(id)]);
  const rootOf = (id: string) => ['--webroot', webroot, '--id', id];

  await t.test('folders that were made go again', async () => {
    assertExit(await create('empty'), 0);
    assert.equal(new Set(served()).size, 2, 'one challenge for each name');
    assert.deepEqual(namesIn(webroot), []);
  });

  await t.test('what was there before stays', async () => {
    mkdirSync(join(webroot, '.well-known', 'acme-challenge'), { recursive: true });
    writeFileSync(join(webroot, '.well-known', 'security.txt'), 'Contact: mailto:admin@a.test\n');
    writeFileSync(join(webroot, '.well-known', 'acme-challenge', 'web.config'), '<configuration/>\n');
    assertExit(await create('furnished'), 0);
    assert.deepEqual(namesIn(join(webroot, '.well-known')), ['acme-challenge', 'security.txt']);
    assert.deepEqual(namesIn(join(webroot, '.well-known', 'acme-challenge')), ['web.config']);
  });

  await t.test('a validation that fails cleans up too', async () => {
    await pebble.setDns('add-a', { host: 'a.test', addresses: ['127.0.0.2'] });
    await pebble.setDns('set-servfail', { host: 'b.test' });
    rmSync(join(webroot, '.well-known'), { recursive: true });
    forgetAccount(bench);
    const run = await create('failing');
    assertExit(run, 44);
    assert.match(run.stderr, /a\.test: .*refused/);
    assert.match(run.stderr, /b\.test: .*could not resolve/);
    assert.deepEqual(namesIn(webroot), []);
    assert.deepEqual(bench.ids(), ['empty', 'furnished']);
  });

  await t.test('--challengeroot is where the web server shows the challenges', async () => {
    const challenges = join(webroot, '.well-known', 'acme-challenge');
    mkdirSync(challenges, { recursive: true });
    forgetAccount(bench);
    const args = ['--validation', 'filesystem', '--challengeroot', challenges, '--id', 'mapped'];
    assertExit(await bench.create('mapped.test', args), 0);
    assert.deepEqual(namesIn(challenges), []);
  });

  await t.test('a web root that does not exist is named', async () => {
    rmSync(webroot, { recursive: true });
    const run = await create('missing');
    assertExit(run, 45);
    assert.match(run.stderr, /the web root .*web root does not exist/);
  });
});

test('--manualtargetisiis makes a server that knows no files without extension serve them', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const webroot = join(bench.folder, 'wwwroot');
  mkdirSync(webroot);
  await serve(t, { webroot, port: pebble.httpPort, like: 'IIS' });
  const site = ['--validation', 'filesystem', '--webroot', webroot];
  const forIis = [...site, '--manualtargetisiis'];

  await t.test('without it the CA finds nothing', async () => {
    const run = await bench.create('none.test', site);
    assertExit(run, 44);
    assert.match(run.stderr, /none\.test: .*404/);
  });

  await t.test('with it renewals side by side share the folder and leave nothing', async () => {
    for (const id of ['one', 'two']) assertExit(await bench.create(`${id}.test,both.test`, [...forIis, '--id', id]), 0);
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 0);
    assert.deepEqual(namesIn(webroot), []);
  });

  await t.test('folders stay when the settings say so', async () => {
    bench.writeSettings({ Validation: { CleanupFolders: false } });
    assertExit(await bench.create('kept.test', [...forIis, '--id', 'kept']), 0);
    assert.deepEqual(namesIn(join(webroot, '.well-known', 'acme-challenge')), []);
    assert.deepEqual(namesIn(join(webroot, '.well-known')), ['acme-challenge']);
  });
});

interface Site {
  readonly webroot: string;
  readonly port: number;
  /** Serves files without extension only where a web.config gives them a type, as IIS does. */
  readonly like?: 'IIS';
}

/** A static web server on 127.0.0.1; the function gives the paths that were found. */
async function serve(t: TestContext, { webroot, port, like }: Site): Promise<() => string[]> {
  const found: string[] = [];
  const server = createServer((request, response) => {
    const file = join(webroot, request.url ?? '');
    try {
      if (like === 'IIS')
        assert.match(readFileSync(join(dirname(file), 'web.config'), 'utf8'), /<mimeMap fileExtension="\." mimeType="/);
      response.end(readFileSync(file));
      found.push(request.url ?? '');
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return () => found;
}
