import assert from 'node:assert/strict';
import { createPublicKey, createPrivateKey as parseKey } from 'node:crypto';
import { test } from 'node:test';
import * as x509 from '@peculiar/x509';
import type { Identifier } from '../../src/core/identifier.ts';
import { readCertificateRequest } from '../../src/crypto/certificate-request.ts';
import { createRequest } from '../../src/crypto/create-request.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import '../support/certificates.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const ecKey = await createPrivateKey({ type: 'ec', curve: 'P-384' });
const identifiers: readonly Identifier[] = [
  { type: 'dns', value: 'a.test' },
  { type: 'dns', value: '*.xn--bcher-kva.de' },
  { type: 'ip', value: '192.0.2.1' },
  { type: 'ip', value: '2001:db8::1' },
];

function request(commonName: string | undefined, privateKeyPem = ecKey) {
  const der = createRequest({ commonName, identifiers, privateKeyPem });
  return new x509.Pkcs10CertificateRequest(new Uint8Array(der));
}

test('the request names every identifier by its type', async () => {
  const csr = request('a.test');
  const extension = csr.extensions.find((one) => one instanceof x509.SubjectAlternativeNameExtension);
  const names = extension?.names.items ?? [];
  assert.deepEqual(
    names.map(({ type, value }) => [type, value]),
    [
      ['dns', 'a.test'],
      ['dns', '*.xn--bcher-kva.de'],
      ['ip', '192.0.2.1'],
      ['ip', '2001:db8::1'],
    ],
  );
  assert.equal(csr.subject, 'CN=a.test');
});

for (const [kind, key] of [
  ['EC', ecKey],
  ['RSA', await createPrivateKey({ type: 'rsa', bits: 2048 })],
] as const) {
  test(`the request is for the ${kind} key and signed by it`, async () => {
    const csr = request('a.test', key);
    assert.ok(await csr.verify());
    const own = createPublicKey(parseKey(key)).export({ type: 'spki', format: 'der' });
    assert.deepEqual(Buffer.from(csr.publicKey.rawData), own);
  });
}

test('a common name that is absent, or longer than X.509 allows, leaves the subject to the names', async () => {
  assert.equal(request(undefined).subject, '');
  const long = `${'a'.repeat(60)}.test`;
  assert.equal(request(long).subject, '');
  assert.equal(request('b'.repeat(64)).subject, `CN=${'b'.repeat(64)}`);
});

test('the TLS feature extension is there when it is asked for, and only then', async () => {
  const content = { commonName: 'a.test', identifiers, privateKeyPem: ecKey };
  const featureOf = (der: Uint8Array) =>
    new x509.Pkcs10CertificateRequest(new Uint8Array(der)).getExtension('1.3.6.1.5.5.7.1.24');
  assert.equal(featureOf(createRequest(content)), null);
  const feature = featureOf(createRequest({ ...content, mustStaple: true }));
  // RFC 7633 section 6: a SEQUENCE of the one INTEGER 5.
  assert.equal(Buffer.from(feature?.value ?? new ArrayBuffer()).toString('hex'), '3003020105');
});

test('our own reader finds in it what was put in', () => {
  const der = createRequest({ commonName: 'a.test', identifiers, privateKeyPem: ecKey });
  const read = readCertificateRequest(der);
  assert.deepEqual([read.commonName, read.identifiers, read.otherNames], ['a.test', identifiers, []]);
});

for (const [kind, key] of [
  ['P-384', ecKey],
  ['P-256', await createPrivateKey({ type: 'ec', curve: 'P-256' })],
  ['RSA', await createPrivateKey({ type: 'rsa', bits: 2048 })],
] as const) {
  test(`openssl verifies the request of a ${kind} key and reads its names`, {
    skip: await opensslMissing(),
  }, async () => {
    const der = createRequest({ commonName: 'a.test', identifiers, privateKeyPem: key, mustStaple: true });
    await withFile(der, async (path) => {
      const { stdout, stderr } = await openssl(['req', '-in', path, '-inform', 'DER', '-noout', '-text', '-verify']);
      assert.match(stderr, /verify OK/);
      assert.match(
        stdout,
        /DNS:a\.test, DNS:\*\.xn--bcher-kva\.de, IP Address:192\.0\.2\.1, IP Address:2001:DB8:0:0:0:0:0:1/,
      );
      assert.match(stdout, /TLS Feature:\s+status_request/);
    });
  });
}
