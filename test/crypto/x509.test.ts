import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { parseIdentifier } from '../../src/core/identifier.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestChain } from '../support/certificates.ts';

const { readCertificate } = createCertificateTools();

// RFC 9773 appendix A.
const rfc9773Example = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

describe('readCertificate', () => {
  test('gives the renewal information identifier of RFC 9773', () => {
    const info = readCertificate(rfc9773Example);

    assert.equal(info.renewalInfoId, 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
    assert.equal(info.serialNumber, '87654321');
    assert.equal(info.commonName, 'example.com');
    assert.equal(info.issuerCommonName, 'Example CA');
    assert.deepEqual(info.identifiers, []);
  });

  test('adds no byte to a serial number without high bit', async () => {
    const { leafPem } = await createTestChain({ serialNumber: '7f01' });

    assert.equal(
      readCertificate(leafPem).renewalInfoId?.split('.')[1],
      Buffer.from('7f01', 'hex').toString('base64url'),
    );
  });

  test('gives fingerprints as Windows shows them', async () => {
    const { leafPem } = await createTestChain();
    const der = new x509.X509Certificate(leafPem).rawData;
    const hash = (name: string) => createHash(name).update(Buffer.from(der)).digest('hex').toUpperCase();

    const info = readCertificate(leafPem);

    assert.equal(info.thumbprint, hash('sha1'));
    assert.equal(info.sha256, hash('sha256'));
  });

  test('gives names and addresses in the form of parseIdentifier', async () => {
    const texts = [
      'www.example.test',
      '*.example.test',
      'bücher.example',
      '192.0.2.10',
      '2001:db8:0:0::1',
      '::ffff:192.0.2.1',
    ];
    const identifiers = texts.map(parseIdentifier);
    const { leafPem } = await createTestChain({ identifiers });

    assert.deepEqual(readCertificate(leafPem).identifiers, identifiers);
  });

  test('brings names to lower case and leaves other kinds of names out', async () => {
    const identifiers = [{ type: 'dns', value: 'WWW.Example.TEST.' }] as const;
    const mail = { type: 'email', value: 'x@example.test' } as unknown as (typeof identifiers)[0];
    const { leafPem } = await createTestChain({ identifiers: [mail, ...identifiers] });

    assert.deepEqual(readCertificate(leafPem).identifiers, [{ type: 'dns', value: 'www.example.test' }]);
  });

  test('gives the period to the second, before and after the year 2050', async () => {
    const notBefore = new Date('2049-12-31T23:59:59Z');
    const notAfter = new Date('2051-02-03T04:05:06Z');
    const { leafPem } = await createTestChain({ notBefore, notAfter });

    const info = readCertificate(leafPem);

    assert.deepEqual([info.notBefore, info.notAfter], [notBefore, notAfter]);
  });

  test('knows certificates without common name', async () => {
    const { leafPem } = await createTestChain({ commonName: null });

    const info = readCertificate(leafPem);

    assert.equal(info.commonName, undefined);
    assert.equal(info.issuerCommonName, 'Test Intermediate 1');
  });

  test('has no renewal information identifier without authority key identifier', async () => {
    const der = Buffer.from(rfc9773Example.replace(/-----[^-]+-----/g, ''), 'base64');
    const extension = der.indexOf(Buffer.from('0603551d23', 'hex'));
    der.writeUInt8(0x63, extension + 4); // another extension's identifier

    assert.equal(readCertificate(toPem(der)).renewalInfoId, undefined);
  });

  const unreadable: readonly [string, string][] = [
    ['no text', ''],
    ['other text', 'nonsense'],
    ['another kind of PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['a block of rubbish', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['half a certificate', `${rfc9773Example.slice(0, 300)}\n-----END CERTIFICATE-----\n`],
  ];
  for (const [name, text] of unreadable) {
    test(`refuses ${name}`, () => {
      assert.throws(() => readCertificate(text), { name: 'WacsError', code: 'CertificateRejected' });
    });
  }

  test('refuses a certificate with a malformed extension', () => {
    const der = Buffer.from(rfc9773Example.replace(/-----[^-]+-----/g, ''), 'base64');
    const value = der.indexOf(Buffer.from('301680146988', 'hex'));
    der.writeUInt8(0x7f, value + 1); // longer than its OCTET STRING

    assert.throws(() => readCertificate(toPem(der)), { code: 'CertificateRejected' });
  });

  test('refuses an address that is neither IPv4 nor IPv6', async () => {
    const { leafPem } = await createTestChain({ identifiers: [{ type: 'ip', value: '192.0.2.10' }] });
    const der = Buffer.from(leafPem.replace(/-----[^-]+-----/g, ''), 'base64');
    const address = der.indexOf(Buffer.from('8704c000020a', 'hex'));
    Buffer.from('8702c0008200', 'hex').copy(der, address); // two bytes, then an empty name

    assert.throws(() => readCertificate(toPem(der)), { code: 'CertificateRejected' });
  });
});

function toPem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
}
