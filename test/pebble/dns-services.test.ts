import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { startAcmeDns } from '../support/dns-apis/acme-dns.ts';
import type { DoubleOptions } from '../support/dns-apis/api-double.ts';
import { startAzure } from '../support/dns-apis/azure.ts';
import { startCloudflare } from '../support/dns-apis/cloudflare.ts';
import { startConnectProxy } from '../support/dns-apis/connect-proxy.ts';
import { startRoute53 } from '../support/dns-apis/route53.ts';
import { createTrigger } from '../support/fault-ca.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { createLocalhostTls } from '../support/pebble/tls.ts';
import { checkPemFiles, dnsNames } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick, type Workbench } from './workbench.ts';

/** The hosts of the services, as the program knows them. */
const hosts = [
  'api.cloudflare.com',
  'route53.amazonaws.com',
  'login.microsoftonline.com',
  'management.azure.com',
] as const;
const onWindows = process.platform === 'win32';
const renewAnyway = ['--renew', '--force', '--notaskscheduler', '--accepttos'];

test('certificates by the API of a DNS service, as the program finds it in the world', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('cloudflare: a wildcard and its apex, renewed; others keep their values', async (t) => {
    const world = await openWorld(t, pebble);
    const cloudflare = await startCloudflare(
      t,
      world.options(() => cloudflare.valuesAt('_acme-challenge.a.test')),
    );
    cloudflare.addZone('test');
    cloudflare.addRecord(cloudflare.addZone('a.test'), '_acme-challenge.a.test', '"of somebody else"');
    const token = cloudflare.addToken({ zones: ['test', 'a.test'], mayEdit: true });
    const { bench, route, asked } = await world.lead('a.test', cloudflare.port);
    const count = (method: string) => cloudflare.requests.filter((request) => request.method === method).length;

    const arguments_ = ['--validation', 'cloudflare', '--cloudflareapitoken', token, '--id', 'dns', ...route.args];
    assertExit(await bench.create('a.test,*.a.test', arguments_, route), 0);
    const leaf = await checkPemFiles(bench, pebble, 'a.test');
    assert.deepEqual(dnsNames(leaf), ['*.a.test', 'a.test']);
    assert.deepEqual([count('POST'), count('DELETE')], [2, 2]);
    assert.deepEqual(cloudflare.valuesAt('_acme-challenge.a.test'), ['of somebody else']);
    assert.deepEqual([...new Set(asked)], ['api.cloudflare.com:443']);
    assert.deepEqual(bench.readRenewal('dns').plan.validation, { plugin: 'cloudflare', apiToken: `clear-${token}` });
    assertOnlyIn(bench, token, 'dns.renewal.json');

    forgetAccount(bench);
    assertExit(await bench.run([...renewAnyway, ...route.args], route), 0);
    const renewed = await checkPemFiles(bench, pebble, 'a.test');
    assert.notEqual(renewed.serialNumber, leaf.serialNumber);
    assert.deepEqual([count('POST'), count('DELETE')], [4, 4]);
    assert.deepEqual(cloudflare.valuesAt('_acme-challenge.a.test'), ['of somebody else']);
  });

  await t.test('cloudflare: a token that is not accepted is 45, said once, and nothing is kept', async (t) => {
    const world = await openWorld(t, pebble);
    const cloudflare = await startCloudflare(
      t,
      world.options(() => []),
    );
    const { bench, route } = await world.lead('b.test', cloudflare.port);
    const token = ['--validation', 'cloudflare', '--cloudflareapitoken', 'x'.repeat(40)];
    const run = await bench.create('b.test,*.b.test', [...token, ...route.args], route);
    assertExit(run, 45);
    const said = /cannot look for the zone \S+: Cloudflare answered 403: Invalid access token \(9109\)/g;
    assert.equal(run.stderr.match(said)?.length, 2, run.stderr);
    assert.match(run.stderr, /Zone:Read and DNS:Edit/);
    assert.doesNotMatch(run.stderr, /cannot clean up/);
    assert.deepEqual(bench.ids(), []);
  });

  await t.test(
    'cloudflare: Ctrl+C while the records are in place takes them away again',
    { skip: onWindows },
    async (t) => {
      const trigger = createTrigger('SIGINT');
      const world = await openWorld(t, pebble);
      const served = () => cloudflare.valuesAt('_acme-challenge.f.test');
      const cloudflare = await startCloudflare(t, {
        ...world.options(() => []),
        onChange: async () => {
          if (served().length === 2) trigger.fire();
        },
      });
      cloudflare.addZone('f.test');
      const token = cloudflare.addToken({ zones: ['f.test'], mayEdit: true });
      const { bench, route } = await world.lead('f.test', cloudflare.port);
      const args = ['--validation', 'cloudflare', '--cloudflareapitoken', token, ...route.args];
      assertExit(await bench.create('f.test,*.f.test', args, { ...trigger.options, ...route }), 26);
      assert.equal(cloudflare.requests.filter(({ method }) => method === 'POST').length, 2);
      assert.deepEqual(served(), []);
    },
  );

  await t.test('route53: signed requests for a wildcard and its apex', async (t) => {
    const world = await openWorld(t, pebble);
    const served = () => route53.valuesAt('_acme-challenge.d.test');
    const route53 = await startRoute53(t, systemClock, world.options(served));
    route53.addZone('d.test');
    route53.pendingAnswers = 0;
    const { accessKeyId, secretAccessKey } = route53.addKey();
    const { bench, route, asked } = await world.lead('d.test', route53.port);
    const keys = ['--route53accesskeyid', accessKeyId, '--route53secretaccesskey', secretAccessKey, '--id', 'dns'];
    assertExit(await bench.create('d.test,*.d.test', ['--validation', 'route53', ...keys, ...route.args], route), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'd.test')), ['*.d.test', 'd.test']);
    assert.deepEqual(served(), []);
    assert.deepEqual([...new Set(asked)], ['route53.amazonaws.com:443']);
    assertOnlyIn(bench, secretAccessKey, 'dns.renewal.json');
  });

  await t.test('azure: a client secret for a wildcard and its apex', async (t) => {
    const world = await openWorld(t, pebble);
    const served = () => azure.valuesAt('_acme-challenge.e.test');
    const azure = await startAzure(t, world.options(served));
    azure.addZone('e.test');
    const { tenantId, clientId, secret } = azure.addClient();
    const { bench, route, asked } = await world.lead('e.test', azure.port);
    const identity = ['--azuretenantid', tenantId, '--azureclientid', clientId, '--azuresecret', secret, '--id', 'dns'];
    assertExit(await bench.create('e.test,*.e.test', ['--validation', 'azure', ...identity, ...route.args], route), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'e.test')), ['*.e.test', 'e.test']);
    assert.deepEqual(served(), []);
    assert.deepEqual([...new Set(asked)].sort(), ['login.microsoftonline.com:443', 'management.azure.com:443']);
    assertOnlyIn(bench, secret, 'dns.renewal.json');
  });

  await t.test('acme-dns: the record to create is told, and once it is there all goes by itself', async (t) => {
    const bench = await openBench(t, pebble);
    const full = () => `${server.accounts[0]?.subdomain}.auth.example.org`;
    const onChange = publisher(pebble, full, () => server.valuesAt(full()));
    const server = await startAcmeDns(t, systemClock, { onChange });
    const create = () =>
      bench.create('c.test,*.c.test', ['--validation', 'acme-dns', '--acmednsserver', server.url, '--id', 'acme-dns']);

    const first = await create();
    assertExit(first, 45);
    const told = /create the DNS record "(\S+) CNAME (\S+)"/.exec(first.stderr);
    assert.deepEqual(told?.slice(1), ['_acme-challenge.c.test.', `${full()}.`]);
    assert.deepEqual(bench.ids(), []);

    await pebble.setDns('set-cname', { host: told?.[1], target: told?.[2] });
    assertExit(await create(), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'c.test')), ['*.c.test', 'c.test']);
    assertOnlyIn(bench, server.accounts[0]?.password ?? '', '_acme-challenge.c.test.json');

    forgetAccount(bench);
    assertExit(await bench.run(renewAnyway), 0);
    assert.equal(server.accounts.length, 1);
  });
});

/**
 * The program is led to a double by what leads it to the service in an enterprise: a proxy, and a root of its own. So the
 * services have their true addresses.
 */
async function openWorld(t: TestContext, pebble: Pebble) {
  const { caCertificate, certificate, privateKey } = await createLocalhostTls(hosts);
  let name = '';
  return {
    options: (served: () => readonly string[]): DoubleOptions => ({
      tls: { cert: certificate, key: privateKey },
      onChange: publisher(pebble, () => `_acme-challenge.${name}`, served),
    }),
    async lead(domain: string, port: number) {
      name = domain;
      const bench = await openBench(t, pebble);
      const targets = Object.fromEntries(hosts.map((host) => [`${host}:443`, port]));
      const { url, asked } = await startConnectProxy(t, targets);
      const roots = join(bench.folder, 'roots.pem');
      writeFileSync(roots, pebble.ca + caCertificate);
      const route = { env: { HTTPS_PROXY: url, NO_PROXY: '127.0.0.1' }, args: ['--cafile', roots] };
      return { bench, route, asked };
    },
  };
}

/** Pebble's DNS knows no zones, so it is asked itself. */
async function openBench(t: TestContext, pebble: Pebble): Promise<Workbench> {
  const bench = await createWorkbench(t, pebble);
  bench.writeSettings({
    Validation: { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0 },
  });
  return bench;
}

/**
 * Brings what a service serves into Pebble's DNS. Nothing is taken away: that would take all values of the name for a
 * moment, while the CA may look.
 */
function publisher(pebble: Pebble, name: () => string, served: () => readonly string[]): () => Promise<void> {
  const known = new Set<string>();
  return async () => {
    for (const value of served().filter((one) => !known.has(one))) {
      known.add(value);
      await pebble.setDns('set-txt', { host: `${name()}.`, value });
    }
  };
}

/** A secret is in one file, in its protected form, and in no other, the log included. */
function assertOnlyIn(bench: Workbench, secret: string, name: string): void {
  const holders = allFiles(bench.state).filter((path) => readFileSync(path, 'utf8').includes(secret));
  assert.deepEqual(
    holders.map((path) => path.split(/[\\/]/).at(-1)),
    [name],
  );
}
