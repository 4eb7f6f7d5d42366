import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { startAcmeDns } from '../support/dns-apis/acme-dns.ts';
import { startCloudflare } from '../support/dns-apis/cloudflare.ts';
import { startConnectProxy } from '../support/dns-apis/connect-proxy.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { createLocalhostTls } from '../support/pebble/tls.ts';
import { checkPemFiles, dnsNames } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick, type Workbench } from './workbench.ts';

const host = 'api.cloudflare.com';

test('certificates by the API of a DNS service', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test(
    'cloudflare: a wildcard and its apex, renewed, as the program finds the service in the world',
    async (t) => {
      const { bench, cloudflare, proxy, run } = await openCloudflare(t, pebble);
      cloudflare.addZone('test');
      const zone = cloudflare.addZone('a.test');
      cloudflare.addRecord(zone, '_acme-challenge.a.test', '"of somebody else"');
      const token = cloudflare.addToken({ zones: ['test', 'a.test'], mayEdit: true });

      assertExit(await run('a.test,*.a.test', token, ['--id', 'dns']), 0);
      const leaf = await checkPemFiles(bench, pebble, 'a.test');
      assert.deepEqual(dnsNames(leaf), ['*.a.test', 'a.test']);
      const count = (method: string) => cloudflare.requests.filter((request) => request.method === method).length;
      assert.deepEqual([count('POST'), count('DELETE')], [2, 2]);
      assert.deepEqual(cloudflare.valuesAt('_acme-challenge.a.test'), ['of somebody else']);
      assert.ok(proxy.asked.every((target) => target === `${host}:443`));

      const { plan } = bench.readRenewal('dns');
      assert.deepEqual(plan.validation, { plugin: 'cloudflare', apiToken: `clear-${token}` });
      assertOnlyIn(bench, token, 'dns.renewal.json');

      forgetAccount(bench);
      assertExit(await bench.run(['--renew', '--force', '--notaskscheduler', '--accepttos', ...proxy.args], proxy), 0);
      const renewed = await checkPemFiles(bench, pebble, 'a.test');
      assert.notEqual(renewed.serialNumber, leaf.serialNumber);
      assert.deepEqual([count('POST'), count('DELETE')], [4, 4]);
      assert.deepEqual(cloudflare.valuesAt('_acme-challenge.a.test'), ['of somebody else']);
    },
  );

  await t.test('cloudflare: a token that is not accepted is 45, and nothing is kept', async (t) => {
    const { bench, cloudflare, run } = await openCloudflare(t, pebble);
    cloudflare.addZone('b.test');
    const failed = await run('b.test', 'x'.repeat(40));
    assertExit(failed, 45);
    assert.match(failed.stderr, /cannot look for the zone \S+: Cloudflare answered 403: Invalid access token \(9109\)/);
    assert.match(failed.stderr, /Zone:Read and DNS:Edit/);
    assert.deepEqual(bench.ids(), []);
  });

  await t.test('acme-dns: the record to create is told, and once it is there all goes by itself', async (t) => {
    const bench = await createWorkbench(t, pebble);
    askPebble(bench, pebble);
    const server = await startAcmeDns(t, systemClock, (name, value) =>
      pebble.setDns('set-txt', { host: `${name}.`, value }),
    );
    const create = () =>
      bench.create('c.test,*.c.test', ['--validation', 'acme-dns', '--acmednsserver', server.url, '--id', 'acme-dns']);

    const first = await create();
    assertExit(first, 45);
    const told = /create the DNS record "(\S+) CNAME (\S+)"/.exec(first.stderr);
    assert.equal(told?.[1], '_acme-challenge.c.test.');
    assert.equal(server.accounts.length, 1);
    assert.deepEqual(bench.ids(), []);

    await pebble.setDns('set-cname', { host: told[1], target: told[2] });
    assertExit(await create(), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'c.test')), ['*.c.test', 'c.test']);
    assert.equal(server.accounts.length, 1);
    const password = server.accounts[0]?.password ?? '';
    assertOnlyIn(bench, password, '_acme-challenge.c.test.json');

    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--notaskscheduler', '--accepttos']), 0);
    assert.equal(server.accounts.length, 1);
  });
});

/** The program is led to the double by what leads it to the service in an enterprise: a proxy, and a root of its own. */
async function openCloudflare(t: TestContext, pebble: Pebble) {
  const bench = await createWorkbench(t, pebble);
  askPebble(bench, pebble);
  const { caCertificate, certificate, privateKey } = await createLocalhostTls([host]);
  const served = new Set<string>();
  const cloudflare = await startCloudflare(t, {
    tls: { cert: certificate, key: privateKey },
    // Taking one value away would take all for a moment, while the CA may look.
    async onChange(name, values) {
      for (const value of values.filter((one) => !served.has(one))) {
        served.add(value);
        await pebble.setDns('set-txt', { host: `${name}.`, value });
      }
    },
  });
  const { url, asked } = await startConnectProxy(t, { [`${host}:443`]: cloudflare.port });
  const roots = join(bench.folder, 'roots.pem');
  writeFileSync(roots, pebble.ca + caCertificate);
  const proxy = { env: { HTTPS_PROXY: url, NO_PROXY: '127.0.0.1' }, args: ['--cafile', roots], asked };
  const run = (hosts: string, token: string, args: readonly string[] = []) =>
    bench.create(hosts, ['--validation', 'cloudflare', '--cloudflareapitoken', token, ...proxy.args, ...args], proxy);
  return { bench, cloudflare, proxy, run };
}

/** Pebble's DNS knows no zones, so it is asked itself. */
function askPebble(bench: Workbench, pebble: Pebble): void {
  bench.writeSettings({
    Validation: { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0 },
  });
}

/** A secret is in one file, in its protected form, and in no other, the log included. */
function assertOnlyIn(bench: Workbench, secret: string, name: string): void {
  const holders = allFiles(bench.state).filter((path) => readFileSync(path, 'utf8').includes(secret));
  assert.deepEqual(
    holders.map((path) => path.split(/[\\/]/).at(-1)),
    [name],
  );
}
