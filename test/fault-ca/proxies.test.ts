import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { type HttpProxy, startHttpProxy } from '../support/http-proxy.ts';
import { freePorts } from '../support/pebble/free-ports.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('the proxy of the settings, with its credentials, is the way to the CA; the password shows nowhere', async (t) => {
  const proxy = await startHttpProxy('admin:s3cret-pass');
  t.after(proxy.stop);
  const bench = await startFaultBench(t);
  setProxy(bench, { Url: `http://127.0.0.1:${proxy.port}`, UserName: 'admin', Password: 's3cret-pass' });
  const run = await bench.create('a.test', ['--verbose']);
  assertSuccess(run);
  assertIssued(bench);
  assert.ok(allThrough(proxy, bench), proxy.requests.join('\n'));
  assert.doesNotMatch(run.output, /s3cret-pass/);
});

test('the password of the proxy out of the vault', async (t) => {
  const proxy = await startHttpProxy('admin:s3cret-pass');
  t.after(proxy.stop);
  const bench = await startFaultBench(t);
  setProxy(bench, { Url: `http://127.0.0.1:${proxy.port}`, UserName: 'admin', Password: 'vault://json/proxy' });
  const error = assertFailure(await bench.create(), 20, 'ConfigurationError');
  assert.match(error.message, /there is no secret "proxy" in the vault/);
  assertSuccess(await bench.run(['--vaultstore', '--vaultkey', 'proxy', '--vaultsecret', 's3cret-pass']));
  const run = await bench.create('a.test', ['--verbose']);
  assertSuccess(run);
  assert.ok(allThrough(proxy, bench));
  assert.doesNotMatch(run.output, /s3cret-pass/);
});

test('wrong credentials: 41 that names the proxy and the settings, at once', async (t) => {
  const proxy = await startHttpProxy('admin:right');
  t.after(proxy.stop);
  const bench = await startFaultBench(t);
  setProxy(bench, { Url: `http://127.0.0.1:${proxy.port}`, UserName: 'admin', Password: 'wrong' });
  const error = assertFailure(await bench.create(), 41, 'AcmeUnreachable');
  assert.match(error.message, /the proxy refuses the connection \(407\)/);
  assert.match(error.hint ?? '', /Proxy\.UserName/);
});

test('the proxy of the environment, and none where the settings say so', async (t) => {
  const proxy = await startHttpProxy();
  t.after(proxy.stop);
  const bench = await startFaultBench(t);
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  assertSuccess(await bench.create('a.test', [], { env }));
  assert.ok(allThrough(proxy, bench));
  const before = proxy.requests.length;
  setProxy(bench, { Url: '' });
  assertSuccess(await bench.run(['--renew', '--force', '--notaskscheduler'], { env }));
  assert.equal(proxy.requests.length, before);
});

test('a proxy that is down: 41 with its address', async (t) => {
  const [port] = await freePorts(1);
  const bench = await startFaultBench(t);
  setProxy(bench, { Url: `http://127.0.0.1:${port}` });
  assert.match(
    assertFailure(await bench.create(), 41, 'AcmeUnreachable').message,
    new RegExp(`127\\.0\\.0\\.1:${port}`),
  );
});

test('a proxy setting that is none: 20 with its key', async (t) => {
  const bench = await startFaultBench(t);
  for (const url of ['socks5://127.0.0.1:1080', 'proxy', 'http://user:pass@proxy:1']) {
    setProxy(bench, { Url: url });
    const run = await bench.create();
    assert.equal(run.exitCode, 20, run.output);
    assert.match(run.stderr, /Proxy\.Url/);
    assert.doesNotMatch(run.stderr, /user:pass/);
  }
});

function setProxy({ authority }: FaultBench, proxy: object): void {
  const settings = { Acme: { RequestFirstDelay: 0.01, RequestAttempts: 2, RequestTimeout: 5 }, Proxy: proxy };
  writeFileSync(join(authority, '..', 'settings.json'), JSON.stringify({ schemaVersion: 1, ...settings }));
}

/** Whether the CA was asked through the proxy and in no other way. */
function allThrough(proxy: HttpProxy, { fake }: FaultBench): boolean {
  const { host } = new URL(fake.directoryUrl);
  return proxy.requests.length > 0 && proxy.requests.every((request) => request === `CONNECT ${host}`);
}
