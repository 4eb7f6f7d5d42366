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

const day = 24 * 60 * 60 * 1000;
const fromNow = (days: number): Date => new Date(Date.now() + days * day);

const dates: [string, Date, Date, RegExp | undefined][] = [
  ['has expired', fromNow(-90), fromNow(-0.01), /it has expired: it is valid from .* to /],
  ['begins in two days', fromNow(2), fromNow(90), /it is not valid yet: it is valid from /],
  ['begins in a few hours, because clocks differ', fromNow(0.5), fromNow(90), undefined],
  ['ends when it begins', fromNow(-1), fromNow(-1), /which is no time at all/],
  ['ends before it begins', fromNow(5), fromNow(3), /which is no time at all/],
  ['lives for an hour', fromNow(-0.01), fromNow(0.04), undefined],
];

for (const [what, notBefore, notAfter, reason] of dates) {
  test(`a certificate that ${what} is ${reason === undefined ? 'accepted' : 'rejected'}`, async () => {
    const dated = { ...certificate, info: { ...certificate.info, notBefore, notAfter } };
    if (reason === undefined) {
      assert.equal(verifyCertificate(dated, wished, services), dated);
      return;
    }
    const failure = await failureOf(() => verifyCertificate(dated, wished, services), 'CertificateRejected');
    assert.match(failure.message, reason);
    assert.match(failure.hint ?? '', /The old certificate stays in use/);
  });
}

test('addresses count as names, and a common name alone does not', async () => {
  const address = { type: 'ip', value: '192.0.2.1' } as const;
  const both = { ...target('a.test'), identifiers: [dns('a.test'), address] };
  const issued = await createTestCertificate({ identifiers: both.identifiers });
  assert.equal(verifyCertificate(issued, both, services), issued);
  const bare = await createTestCertificate({ identifiers: [], commonName: 'a.test' });
  const failure = await failureOf(() => verifyCertificate(bare, target('a.test'), services), 'CertificateRejected');
  assert.match(failure.message, /it is for none, but a\.test was asked for/);
});

test('a wildcard and its own domain are two names', async () => {
  const both = target('a.test', '*.a.test');
  const issued = await createTestCertificate({ identifiers: [dns('*.a.test'), dns('a.test')] });
  assert.equal(verifyCertificate(issued, both, services), issued);
  const half = await createTestCertificate({ identifiers: [dns('*.a.test')] });
  await failureOf(() => verifyCertificate(half, both, services), 'CertificateRejected');
});

test('for a request that was given, the key in it counts, whether its private key is here or not', async () => {
  const { certificates } = services;
  const publicKeyPem = certificates.publicKeyOf(certificate.privateKeyPem);
  const request = { der: new Uint8Array(), digest: 'ab', publicKeyPem };
  const given = { ...wished, request };
  const keyless = { ...certificate, privateKeyPem: undefined };
  assert.equal(verifyCertificate(keyless, given, services), keyless);
  assert.equal(verifyCertificate(certificate, given, services), certificate);
  const foreign = { ...wished, request: { ...request, publicKeyPem: certificates.publicKeyOf(other.privateKeyPem) } };
  for (const issued of [keyless, certificate]) {
    const failure = await failureOf(() => verifyCertificate(issued, foreign, services), 'CertificateRejected');
    assert.match(failure.message, /public key/);
  }
  await failureOf(() => verifyCertificate(keyless, wished, services), 'CertificateRejected');
});
