import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { isListening } from '../platform/support.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { addresses, checkPemFiles, dnsNames } from './certificate-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick } from './workbench.ts';

test('tls-alpn-01 by a listener of wacs', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('names are validated side by side, again at the renewal, and the port is free afterwards', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test,b.test,c.test', [...validation(pebble), '--id', 'tls']), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'a.test')), ['a.test', 'b.test', 'c.test']);
    assert.equal(await isListening(pebble.tlsPort), false);
    forgetAccount(bench);
    const renewed = await bench.run(['--renew', '--force', '--verbose', '--accepttos']);
    assertExit(renewed, 0);
    assert.match(renewed.output, /b\.test: validating by tls-alpn-01/);
    assert.match(renewed.output, /challenge handshake from .*127\.0\.0\.1 for b\.test: answered/);
  });

  for (const [family, address] of [
    ['IPv4', '127.0.0.1'],
    ['IPv6', '::1'],
  ] as const) {
    await t.test(`an ${family} address, by its name in the reverse zone`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      const run = await bench.create(address, [...validation(pebble), '--verbose']);
      assertExit(run, 0);
      assert.match(run.output, /for [0-9a-f.]+\.(in-addr|ip6)\.arpa: answered/);
      assert.deepEqual(addresses(bench, address), [address]);
    });
  }

  await t.test('two renewals of the same name at the same time take turns', async (t) => {
    const bench = await createWorkbench(t, pebble);
    for (const [id, csr] of [
      ['elliptic', 'ec'],
      ['again', 'ec'],
    ] as const)
      assertExit(await bench.create('a.test,b.test', [...validation(pebble), '--id', id, '--csr', csr]), 0);
    forgetAccount(bench);
    const run = await bench.run(['--renew', '--force', '--accepttos', '--verbose']);
    assertExit(run, 0);
    assert.equal(run.report?.renewals.filter(({ result }) => result === 'renewed').length, 2);
  });

  await t.test('a wildcard is a usage error, and nothing is asked', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const before = pebble.requests().length;
    const run = await bench.create('*.a.test', validation(pebble));
    assertExit(run, 2);
    assert.match(run.stderr, /\*\.a\.test: wildcard names can only be validated by dns-01.*, not by tls-alpn-01/);
    assert.equal(pebble.requests().length, before);
  });

  await t.test('a port in use is 45 with the way out', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const other = createServer().listen(pebble.tlsPort, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const run = await bench.create('a.test', validation(pebble));
    assertExit(run, 45);
    assert.match(run.stderr, new RegExp(`port ${pebble.tlsPort} for the TLS challenge: another program uses it`));
    assert.match(run.stderr, /what to do: .*http\.sys.*cannot share/);
  });
});

function validation(pebble: Pebble): string[] {
  const port = ['--validationport', String(pebble.tlsPort)];
  return ['--validation', 'selfhosting', '--validationmode', 'tls-alpn-01', ...port];
}
