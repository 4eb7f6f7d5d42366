import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WacsError } from '../../src/core/errors.ts';
import { readCertificateRequest } from '../../src/crypto/certificate-request.ts';
import { createRequest } from '../../src/crypto/create-request.ts';
import { createPrivateKey, importPrivateKey, publicKeyOf } from '../../src/crypto/keys.ts';
import { temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';
import { openssl, opensslMissing } from './openssl.ts';

const skip = await opensslMissing();
const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const identifiers = [{ type: 'dns', value: 'a.test' } as const];
const der = Buffer.from(createRequest({ commonName: 'a.test', identifiers, privateKeyPem: keyPem }));
const toPem = (kind: string): string =>
  `-----BEGIN ${kind}-----\r\n${der.toString('base64').replace(/(.{64})/g, '$1\r\n')}\r\n-----END ${kind}-----\r\n`;

const forms: [string, Uint8Array][] = [
  ['DER', der],
  ['DER with something behind it', Buffer.concat([der, Buffer.from('\r\n')])],
  ['PEM as openssl writes it', Buffer.from(toPem('CERTIFICATE REQUEST'))],
  ['PEM as certreq writes it', Buffer.from(toPem('NEW CERTIFICATE REQUEST'))],
  ['PEM with text around it', Buffer.from(`Subject: a.test\r\n${toPem('CERTIFICATE REQUEST')}\r\n# end`)],
  ['UTF-16 as PowerShell redirects it', Buffer.from(`\uFEFF${toPem('CERTIFICATE REQUEST')}`, 'utf16le')],
];

for (const [form, content] of forms) {
  test(`a request is read from ${form}, and its DER form is the same`, () => {
    const request = readCertificateRequest(content);
    assert.deepEqual([request.commonName, request.identifiers], ['a.test', identifiers]);
    assert.ok(der.equals(request.der));
    assert.equal(request.publicKeyPem, publicKeyOf(keyPem));
    assert.match(request.digest, /^[0-9a-f]{64}$/);
  });
}

/** Requests that other programs write. */
const keys: [string, readonly string[], readonly string[]][] = [
  ['RSA with SHA-256', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], []],
  ['RSA with SHA-1', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], ['-sha1']],
  [
    'RSA with PSS, as certreq writes it with AlternateSignatureAlgorithm',
    ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ['-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'],
  ],
  ['P-256', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], []],
  ['P-384 with SHA-384', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-sha384']],
  ['Ed25519', ['genpkey', '-algorithm', 'ED25519'], []],
];

for (const [kind, generate, options] of keys) {
  test(`a request of openssl is read, and a changed one is not: ${kind}`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    const [key, file] = [join(folder, 'key.pem'), join(folder, 'request.der')];
    await openssl([...generate, '-out', key]);
    const names = 'subjectAltName=DNS:b.test,DNS:*.b.test,IP:192.0.2.1,IP:2001:db8::1';
    const request = ['req', '-new', '-key', key, '-outform', 'DER', '-out', file, '-subj', '/O=Example/CN=B.test'];
    await openssl([...request, '-addext', names, ...options]);
    const content = await readFile(file);
    const read = readCertificateRequest(content);
    assert.equal(read.commonName, 'B.test');
    assert.deepEqual(
      read.identifiers.map(({ value }) => value),
      ['b.test', '*.b.test', '192.0.2.1', '2001:db8::1'],
    );
    assert.equal(read.publicKeyPem, publicKeyOf(importPrivateKey(await readFile(key, 'utf8'))));
    const changed = Buffer.from(content);
    changed.write('c.test', changed.indexOf('b.test'));
    const failure = await failureOf(() => readCertificateRequest(changed), 'SourceError');
    assert.match(failure.message, /signature is wrong/);
  });
}

test('a request without names, with other kinds of names, and with a name in UTF-16', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const key = join(folder, 'key.pem');
  await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key]);
  const make = async (subject: string, ...options: string[]) => {
    const file = join(folder, 'request.pem');
    await openssl(['req', '-new', '-key', key, '-out', file, '-subj', subject, ...options]);
    return readCertificateRequest(await readFile(file));
  };
  const bare = await make('/O=Example');
  assert.deepEqual([bare.commonName, bare.identifiers], [undefined, []]);
  const mixed = await make('/CN=a.test', '-addext', 'subjectAltName=email:me@a.test,URI:https://a.test/,DNS:a.test');
  assert.deepEqual([mixed.identifiers, mixed.otherNames], [identifiers, ['e-mail address', 'URI']]);
});

const broken: [string, Uint8Array, RegExp][] = [
  ['nothing', new Uint8Array(), /no certificate request in PEM or DER/],
  ['a text', Buffer.from('hello'), /no certificate request in PEM or DER/],
  ['a private key', Buffer.from(keyPem), /no certificate request in PEM or DER/],
  ['half a request', der.subarray(0, der.length / 2), /no certificate request, or a damaged one/],
  ['another DER structure', Buffer.from('3003020105', 'hex'), /no certificate request, or a damaged one/],
  ['another algorithm', replaced('2a8648ce3d040302', '2a8648ce3d040309'), /an algorithm that is not known/],
];

for (const [what, content, reason] of broken) {
  test(`${what} is refused with the reason`, async () => {
    const failure = await failureOf(() => readCertificateRequest(content), 'SourceError');
    assert.match(failure.message, reason);
  });
}

test('no damage to a request is taken for a request with other content', () => {
  for (let index = 0; index < der.length; index++) {
    const damaged = Buffer.from(der);
    damaged[index] = (damaged[index] ?? 0) ^ 0x01;
    assert.deepEqual(contentOf(damaged) ?? contentOf(der), contentOf(der), `byte ${index}`);
  }
});

/** Undefined for what is refused. */
function contentOf(bytes: Uint8Array): unknown {
  try {
    const { commonName, identifiers, publicKeyPem } = readCertificateRequest(bytes);
    return { commonName, identifiers, publicKeyPem };
  } catch (error) {
    assert.equal((error as WacsError).code, 'SourceError');
    return undefined;
  }
}

function replaced(from: string, to: string): Uint8Array {
  return Buffer.from(der.toString('hex').replace(from, to), 'hex');
}
