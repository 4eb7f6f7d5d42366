import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, win32 } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isListening } from '../platform/support.ts';
import type { WindowsMachine } from '../support/windows/windows-machine.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

test('validation by the executable', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { pebble } = bench;

  await t.test('tls-alpn-01 for names, and for addresses of both families', async () => {
    for (const host of ['a.test,b.test', '127.0.0.1', '::1']) {
      const run = await create(bench, host, [
        ...['--validation', 'selfhosting', '--validationmode', 'tls-alpn-01'],
        ...['--validationport', String(pebble.tlsPort), '--verbose'],
      ]);
      assertExit(run, 0);
      assert.match(run.output, /challenge handshake from .*: answered/);
      assert.equal(await isListening(pebble.tlsPort), false);
    }
  });

  await t.test('dns-persist-01 by a record that is published once', async () => {
    bench.writeSettings({ Validation: { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true } });
    const order = () => create(bench, 'persist.test', ['--validation', 'persist', '--id', 'persist']);
    const missing = await order();
    assertExit(missing, 45);
    const [, host, value] = /(_validation-persist\.persist\.test\.) IN TXT "([^"]*)"/.exec(missing.stderr) ?? [];
    await pebble.setDns('set-txt', { host, value });
    assertExit(await order(), 0);
  });

  await t.test('a web root on a share, with a web.config for IIS', async (t) => {
    const { share, configurations, contents } = await openShare(t, bench);
    const run = await create(bench, 'c.test,d.test', [
      ...['--validation', 'filesystem', '--webroot', share, '--manualtargetisiis', '--id', 'share'],
    ]);
    assertExit(run, 0);
    assert.deepEqual(bench.readRenewal('share').plan.validation, {
      ...{ plugin: 'filesystem', path: share, copyWebConfig: true },
    });
    assert.ok(configurations.length >= 2);
    for (const text of configurations) assert.match(text, /<mimeMap fileExtension="\." /);
    assert.deepEqual(contents(), ['index.html']);
  });

  await t.test('a share that is not there is 45 and named', async () => {
    const missing = '\\\\localhost\\nowhere\\web';
    const run = await create(bench, 'e.test', ['--validation', 'filesystem', '--webroot', missing]);
    assertExit(run, 45);
    assert.ok(run.stderr.includes(`the web root ${missing}`), run.stderr);
  });
});

function create(bench: WindowsBench, host: string, args: readonly string[]) {
  const store = ['--csr', 'ec', '--store', 'pemfiles', '--pemfilespath', bench.certificates];
  return bench.run(['--source', 'manual', '--host', host, ...store, '--accepttos', '--notaskscheduler', ...args]);
}

/** A web site on a share, the web server for it, and what that saw in web.config at each request. */
async function openShare(t: TestContext, { machine, pebble }: WindowsBench) {
  const site = win32.join(machine.root, 'site');
  const folder = machine.hostPath(site);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), 'the web site');
  const configurations: string[] = [];
  const server = createServer((request, response) => {
    const file = join(folder, request.url ?? '');
    configurations.push(readFileSync(join(dirname(file), 'web.config'), 'utf8'));
    response.end(readFileSync(file));
  });
  server.listen(pebble.httpPort, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { share: sharePath(machine, site), configurations, contents: () => readdirSync(folder) };
}

/** The path by the network: Windows has a share for each drive, and Wine takes what lies in `dosdevices/unc` for shares. */
function sharePath({ prefix }: WindowsMachine, path: string): string {
  if (prefix !== undefined) {
    const server = join(dirname(prefix.driveC), 'dosdevices', 'unc', 'localhost');
    mkdirSync(server, { recursive: true });
    symlinkSync('../../../drive_c', join(server, 'c$'));
  }
  return path.replace(/^(\w):/, (_, drive: string) => `\\\\localhost\\${drive.toLowerCase()}$`);
}
