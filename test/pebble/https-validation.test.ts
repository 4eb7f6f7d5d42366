import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { isListening } from '../platform/support.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { assertExit, createWorkbench, forgetAccount, quick } from './workbench.ts';

test('--validationprotocol https answers what was redirected to https', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const proxy = createServer((request, response) => {
    const [host] = (request.headers.host ?? '').split(':');
    response.writeHead(301, { location: `https://${host}:${pebble.tlsPort}${request.url}` }).end();
  });
  proxy.listen(pebble.httpPort, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const listening = ['--validation', 'selfhosting', '--validationport', String(pebble.tlsPort)];

  await t.test('now, and when the renewal does it again', async () => {
    assertExit(await bench.create('a.test,b.test', [...listening, '--validationprotocol', 'https']), 0);
    assert.equal(await isListening(pebble.tlsPort), false);
    forgetAccount(bench);
    const renewed = await bench.run(['--renew', '--force', '--verbose', '--accepttos']);
    assertExit(renewed, 0);
    assert.match(renewed.output, /challenge request from .*: GET \/\.well-known\/acme-challenge\/\S+: 200/);
  });

  await t.test('http on that port is no answer to https', async () => {
    forgetAccount(bench);
    assertExit(await bench.create('c.test', listening), 44);
  });

  await t.test('it says how http-01 is answered, so it does not go with tls-alpn-01', async () => {
    const mode = ['--validationmode', 'tls-alpn-01', '--validationprotocol', 'https'];
    const run = await bench.create('d.test', [...listening, ...mode]);
    assertExit(run, 2);
    assert.match(run.stderr, /--validationprotocol https and --validationmode tls-alpn-01 cannot be combined/);
  });
});
