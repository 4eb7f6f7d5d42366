import assert from 'node:assert/strict';
import { generateKeyPairSync, createPrivateKey as parseKey } from 'node:crypto';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { accountKeySpec, readAccountKey } from '../../src/crypto/account-key.ts';
import { createPrivateKey, encryptPrivateKey } from '../../src/crypto/keys.ts';

const ec = await createPrivateKey({ type: 'ec', curve: 'P-384' });
const rsa = await createPrivateKey({ type: 'rsa', bits: 2048 });

test('a new key is of the kind asked for, or of that of another key', () => {
  assert.deepEqual(accountKeySpec('ES256'), { type: 'ec', curve: 'P-256' });
  assert.deepEqual(accountKeySpec('RS256'), { type: 'rsa', bits: 2048 });
  assert.deepEqual(accountKeySpec({ like: ec }), { type: 'ec', curve: 'P-384' });
  assert.deepEqual(accountKeySpec({ like: rsa }), { type: 'rsa', bits: 2048 });
});

test('a key from a file is read in each of its PEM forms, and always the same then', () => {
  assert.equal(readAccountKey(ec, 'a.pem'), ec);
  const sec1 = parseKey(ec).export({ type: 'sec1', format: 'pem' }).toString();
  assert.equal(readAccountKey(`comment\n${sec1}\n`, 'a.pem'), ec);
  const pkcs1 = parseKey(rsa).export({ type: 'pkcs1', format: 'pem' }).toString();
  assert.equal(readAccountKey(pkcs1, 'a.pem'), rsa);
});

for (const [what, pem, hint] of [
  ['nothing', '', /one private key in PEM form/],
  ['a public key', generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }), /private key/],
  ['an encrypted key', encryptPrivateKey(ec, 'secret'), /openssl pkey/],
  ['an Ed25519 key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), /P-256/],
  [
    'another curve',
    generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    /P-256/,
  ],
] as const) {
  test(`${what} is refused by the name of the file, and never quoted`, () => {
    assert.throws(
      () => readAccountKey(pem.toString(), 'own key.pem'),
      (error) => {
        assert.ok(error instanceof WacsError && error.code === 'ConfigurationError');
        assert.match(error.message, /own key\.pem/);
        assert.match(error.hint ?? '', hint);
        for (const line of pem.toString().split('\n').slice(1, -2)) assert.ok(!error.message.includes(line));
        return true;
      },
    );
  });
}
