import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCertificate } from '../../src/core/verify-certificate.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';
import { dns, target } from './samples.ts';

const services = { certificates: createCertificateTools(), clock: systemClock };
const wished = target('a.test', 'b.test');
const certificate = await createTestCertificate({ identifiers: [dns('b.test'), dns('a.test')], intermediates: 2 });
const other = await createTestCertificate({ identifiers: wished.identifiers });

test('a certificate for the key, the names and with its chain is accepted', () => {
  assert.equal(verifyCertificate(certificate, wished, services), certificate);
});

const wrong: [string, Partial<typeof certificate>, RegExp][] = [
  ['for another key', { privateKeyPem: other.privateKeyPem }, /public key/],
  [
    'for other names',
    { info: { ...certificate.info, identifiers: [dns('a.test')] } },
    /it is for a\.test, but a\.test, b\.test/,
  ],
  ['without names', { info: { ...certificate.info, identifiers: [] } }, /it is for none/],
  ['without a chain', { chainPem: [] }, /no issuer certificate/],
  ['with another chain', { chainPem: other.chainPem }, /not signed by the next/],
  ['with a chain in the wrong order', { chainPem: [...certificate.chainPem].reverse() }, /not signed by the next/],
];

for (const [what, changes, reason] of wrong) {
  test(`a certificate ${what} is rejected with the reason`, async () => {
    const failure = await failureOf(
      () => verifyCertificate({ ...certificate, ...changes }, wished, services),
      'CertificateRejected',
    );
    assert.match(failure.message, reason);
  });
}
