import assert from 'node:assert/strict';
import { createPublicKey, createPrivateKey as parseKey } from 'node:crypto';
import { test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { createCsr } from '../../src/acme/csr.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import '../support/certificates.ts';

const ecKey = await createPrivateKey({ type: 'ec', curve: 'P-384' });
const identifiers: readonly Identifier[] = [
  { type: 'dns', value: 'a.test' },
  { type: 'dns', value: '*.xn--bcher-kva.de' },
  { type: 'ip', value: '192.0.2.1' },
  { type: 'ip', value: '2001:db8::1' },
];

async function request(commonName: string | undefined, privateKeyPem = ecKey) {
  const der = await createCsr({ commonName, identifiers, privateKeyPem });
  return new x509.Pkcs10CertificateRequest(new Uint8Array(der));
}

test('the request names every identifier by its type', async () => {
  const csr = await request('a.test');
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
    const csr = await request('a.test', key);
    assert.ok(await csr.verify());
    const own = createPublicKey(parseKey(key)).export({ type: 'spki', format: 'der' });
    assert.deepEqual(Buffer.from(csr.publicKey.rawData), own);
  });
}

test('a common name that is absent, or longer than X.509 allows, leaves the subject to the names', async () => {
  assert.equal((await request(undefined)).subject, '');
  const long = `${'a'.repeat(60)}.test`;
  assert.equal((await request(long)).subject, '');
  assert.equal((await request('b'.repeat(64))).subject, `CN=${'b'.repeat(64)}`);
});
