import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openssl } from '../crypto/openssl.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { dnsNames } from './certificate-checks.ts';
import { assertExit, createWorkbench, namesIn, quick } from './workbench.ts';

/** Keys and requests as openssl makes them. */
const requests: [string, readonly string[], 'PEM' | 'DER'][] = [
  ['RSA, PEM', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], 'PEM'],
  ['P-256, DER', ['ecparam', '-genkey', '-name', 'prime256v1'], 'DER'],
  ['P-384, PEM', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], 'PEM'],
];

test('certificates for requests that openssl has made', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  for (const [kind, generate, form] of requests) {
    await t.test(`${kind}: without the key, then with it, then as a renewal`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      const folder = join(bench.folder, 'request');
      const [key, csr] = [join(folder, 'site.key'), join(folder, 'site.csr')];
      mkdirSync(folder);
      await openssl([...generate, '-out', key]);
      const names = 'subjectAltName=DNS:a.test,DNS:www.a.test';
      const request = ['req', '-new', '-key', key, '-outform', form, '-out', csr, '-subj', '/O=Example/CN=a.test'];
      await openssl([...request, '-addext', names]);
      const main = ['--source', 'csr', '--csrfile', csr, '--accepttos', '--notaskscheduler', '--id', 'site'];
      const rest = ['--validationport', String(pebble.httpPort), '--pemfilespath', bench.pem];
      assertExit(await bench.run([...main, ...rest]), 0);
      assert.deepEqual(namesIn(bench.pem), ['a.test-chain-only.pem', 'a.test-chain.pem', 'a.test-crt.pem']);
      const privateKey = createPrivateKey(readFileSync(key));
      const leaf = () => new X509Certificate(bench.readPem('a.test', 'crt'));
      assert.ok(leaf().checkPrivateKey(privateKey));
      assert.deepEqual(dnsNames(leaf()), ['a.test', 'www.a.test']);

      const stores = ['--store', 'pemfiles,pfxfile', '--pfxfilepath', bench.pfx, '--pkfile', key];
      assertExit(await bench.run([...main, ...rest, ...stores]), 0);
      assert.ok(createPrivateKey(bench.readPem('a.test', 'key')).equals(privateKey));
      assert.deepEqual(namesIn(bench.pfx), ['a.test.pfx']);
      const before = leaf().fingerprint;
      assertExit(await bench.run(['--renew', '--force']), 0);
      assert.notEqual(leaf().fingerprint, before);
      assert.ok(leaf().checkPrivateKey(privateKey));
      assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
    });
  }

  await t.test('an address in a request', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const [key, csr] = [join(bench.folder, 'ip.key'), join(bench.folder, 'ip.csr')];
    await openssl(['ecparam', '-genkey', '-name', 'prime256v1', '-out', key]);
    const request = ['req', '-new', '-key', key, '-out', csr, '-subj', '/', '-addext', 'subjectAltName=IP:127.0.0.1'];
    await openssl(request);
    const main = ['--source', 'csr', '--csrfile', csr, '--accepttos', '--notaskscheduler'];
    const rest = ['--validationport', String(pebble.httpPort), '--pemfilespath', bench.pem];
    assertExit(await bench.run([...main, ...rest]), 0);
    const leaf = new X509Certificate(bench.readPem('127.0.0.1', 'crt'));
    assert.equal(leaf.subjectAltName, 'IP Address:127.0.0.1');
  });
});
