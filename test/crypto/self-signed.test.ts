import assert from 'node:assert/strict';
import { createPrivateKey, hash, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { Identifier } from '../../src/core/identifier.ts';
import { createChallengeCertificate, createNamelessCertificate } from '../../src/crypto/self-signed.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const now = new Date('2026-11-24T12:00:00Z');
const without = await opensslMissing();
const day = 24 * 60 * 60 * 1000;

const subjects: readonly [Identifier, RegExp][] = [
  [{ type: 'dns', value: 'www.a.test' }, /DNS:www\.a\.test\n/],
  [{ type: 'ip', value: '192.0.2.1' }, /IP Address:192\.0\.2\.1\n/],
  [{ type: 'ip', value: '2001:db8::7' }, /IP Address:2001:DB8:0:0:0:0:0:7\n/],
];

for (const [identifier, name] of subjects) {
  test(`openssl reads the certificate for ${identifier.value}`, { skip: without }, async () => {
    const { certificatePem } = await createChallengeCertificate(identifier, 'tok.thumb', now);
    const show = async (...args: readonly string[]): Promise<string> =>
      (await withFile(certificatePem, (path) => openssl([...args, '-in', path]))).stdout;
    const text = await show('x509', '-noout', '-text');
    assert.match(text, /Version: 3/);
    assert.match(text, name);
    assert.match(text, /1\.3\.6\.1\.5\.5\.7\.1\.31: critical/);
    assert.match(text, /Not Before: Nov 23 12:00:00 2026 GMT\s+Not After : Dec {2}1 12:00:00 2026 GMT/);
    assert.equal(text.match(/X509v3 /g)?.length, 2, 'the two extensions of RFC 8737 and no other');
    const digest = hash('sha256', 'tok.thumb').toUpperCase();
    assert.match(await show('asn1parse'), new RegExp(`OCTET STRING +\\[HEX DUMP\\]:0420${digest}`));
  });
}

test('openssl accepts the signature', { skip: without }, async () => {
  const { certificatePem } = await createNamelessCertificate(new Date());
  const { stdout } = await withFile(certificatePem, (path) => openssl(['verify', '-CAfile', path, path]));
  assert.match(stdout, /: OK/);
});

test('it is signed by its own key, valid now, and another one each time', async () => {
  const made = await Promise.all(
    [1, 2].map(() => createChallengeCertificate({ type: 'dns', value: 'a.test' }, 'tok.thumb', now)),
  );
  const [first, second] = made.map(({ certificatePem }) => new X509Certificate(certificatePem));
  assert.ok(first && second && made[0]);
  assert.ok(first.verify(first.publicKey));
  assert.ok(first.checkPrivateKey(createPrivateKey(made[0].privateKeyPem)));
  assert.equal(first.subject, first.issuer);
  assert.deepEqual([first.validFromDate, first.validToDate].map(Number), [Number(now) - day, Number(now) + 7 * day]);
  assert.notEqual(first.serialNumber, second.serialNumber);
  assert.notEqual(first.fingerprint256, second.fingerprint256);
});

test('dates from 2050 on are written as RFC 5280 wants them', async () => {
  const { certificatePem } = await createNamelessCertificate(new Date('2049-12-30T00:00:00Z'));
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  assert.deepEqual(
    [validFromDate.toISOString(), validToDate.toISOString()],
    ['2049-12-29T00:00:00.000Z', '2050-01-06T00:00:00.000Z'],
  );
});
