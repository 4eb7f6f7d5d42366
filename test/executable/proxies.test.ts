import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type HttpProxy, startHttpProxy } from '../support/http-proxy.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

const connections = 'Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections';
/** PROXY_TYPE_PROXY and PROXY_TYPE_AUTO_PROXY_URL. */
const named = 2;
const automatic = 4;

test('the proxies of Windows are the way to the CA', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  // On Windows itself the settings of the user and of the machine are not ours to change.
  if (bench === undefined || bench.machine.prefix === undefined) return;
  const proxy = await startHttpProxy();
  t.after(proxy.stop);
  const address = `127.0.0.1:${proxy.port}`;
  const set = async (root: 'HKCU' | 'HKLM', name: string, data: string) => {
    const args = ['add', `${root}\\${connections}`, '/v', name, '/t', 'REG_BINARY', '/d', data, '/f'];
    assertExit(await bench.machine.run('reg.exe', args), 0);
  };
  const setUser = (...parts: Parameters<typeof userSettings>) =>
    set('HKCU', 'DefaultConnectionSettings', userSettings(...parts));

  await t.test('none is set: the CA is asked directly', async () => {
    assertExit(await bench.run(['--register', '--accepttos']), 0);
    assert.deepEqual(proxy.requests, []);
  });

  await t.test('the proxy of the user (WinINET)', async () => {
    await setUser({ kind: named, proxy: `http=127.0.0.1:9;https=${address}` });
    const run = await bench.create('a.test', ['--id', 'site', '--verbose']);
    assertExit(run, 0);
    assert.match(run.stdout, new RegExp(`is asked through the proxy http://${address}`));
    assert.ok(sawOnlyCa(proxy, bench), proxy.requests.join('\n'));
  });

  await t.test('what the user asks directly', async () => {
    await setUser({ kind: named, proxy: address, bypass: '<local>;127.0.*' });
    assert.deepEqual(await requestsOfRenewal(proxy, bench), []);
  });

  await t.test('the automatic configuration of the user (PAC)', async () => {
    const script = `function FindProxyForURL(url, host) { return "PROXY ${address}; DIRECT"; }`;
    const server = createServer((_, response) => response.end(script));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await setUser({ kind: automatic, script: `http://127.0.0.1:${port}/proxy.pac` });
    const requests = await requestsOfRenewal(proxy, bench).finally(() => server.close());
    assert.ok(requests.length > 0);
    assert.ok(sawOnlyCa(proxy, bench));
  });

  await t.test('the proxy of the machine (WinHTTP) comes first', async () => {
    await setUser({ kind: named, proxy: '127.0.0.1:9' });
    await set('HKLM', 'WinHttpSettings', machineSettings(address));
    assert.ok((await requestsOfRenewal(proxy, bench)).length > 0);
    assert.ok(sawOnlyCa(proxy, bench));
  });

  await t.test('settings.json says: none', async () => {
    bench.writeSettings({ Proxy: { Url: '' } });
    assert.deepEqual(await requestsOfRenewal(proxy, bench), []);
  });
});

async function requestsOfRenewal(proxy: HttpProxy, bench: WindowsBench): Promise<readonly string[]> {
  const before = proxy.requests.length;
  assertExit(await bench.run(['--renew', '--force', '--notaskscheduler']), 0);
  return proxy.requests.slice(before);
}

function sawOnlyCa(proxy: HttpProxy, { pebble }: WindowsBench): boolean {
  const { host } = new URL(pebble.directoryUrl);
  return proxy.requests.length > 0 && proxy.requests.every((request) => request === `CONNECT ${host}`);
}

/** What `netsh winhttp set proxy` leaves: magic, zero, kind of access (3: named), then both texts with their lengths. */
function machineSettings(proxy: string): string {
  return Buffer.concat([number(0x18), number(0), number(3), text(proxy), text('nothing.test')]).toString('hex');
}

/** What the control panel leaves: magic, counter, kinds, then proxy, exceptions and address of the script. */
function userSettings({ kind, proxy = '', bypass = '', script = '' }: UserProxy): string {
  const parts = [number(0x46), number(1), number(kind), text(proxy), text(bypass), text(script), Buffer.alloc(32)];
  return Buffer.concat(parts).toString('hex');
}

interface UserProxy {
  readonly kind: number;
  readonly proxy?: string;
  readonly bypass?: string;
  readonly script?: string;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([number(value.length), Buffer.from(value, 'latin1')]);
}
