import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { createCertificateCache } from '../../src/storage/certificate-cache.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';

const certificate = await createTestCertificate({ intermediates: 2, friendlyName: 'Größe' });

function setUp(t: TestContext) {
  const folder = join(temporaryFolder(t), 'certificates');
  const secrets = createSecretProtection(undefined);
  const certificates = createCertificateTools();
  return { folder, cache: createCertificateCache(folder, { files: createFileStore(), secrets, certificates }) };
}

test('a certificate comes back with key, chain and facts', async (t) => {
  const { cache } = setUp(t);
  assert.equal(await cache.read('first'), undefined);
  await cache.write('first', certificate);
  assert.deepEqual(await cache.read('first'), certificate);
  await cache.remove('first');
  assert.equal(await cache.read('first'), undefined);
});

test('a certificate whose key is elsewhere comes back without one', async (t) => {
  const { cache, folder } = setUp(t);
  const keyless = { ...certificate, privateKeyPem: undefined };
  await cache.write('first@*.a.test', keyless);
  assert.deepEqual(readdirSync(folder), ['first@+.a.test.certificate.json']);
  assert.deepEqual(await cache.read('first@*.a.test'), keyless);
  assert.equal(await cache.read('first'), undefined);
});

test('key and certificate are one file for its owner alone, the key protected', { skip: !onPosix }, async (t) => {
  const { cache, folder } = setUp(t);
  await cache.write('first', certificate);
  const [name = ''] = readdirSync(folder);
  assert.deepEqual([readdirSync(folder).length, statSync(join(folder, name)).mode & 0o777], [1, 0o600]);
  assert.match(JSON.parse(readFileSync(join(folder, name), 'utf8')).privateKey, /^clear-/);
});

test('a file that is broken is named', async (t) => {
  const { cache, folder } = setUp(t);
  await cache.write('first', certificate);
  const path = join(folder, 'first.certificate.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"chain"', '"chian"'));
  const failure = await failureOf(cache.read('first'), 'ConfigurationError');
  assert.ok(failure.message.includes(path) && failure.message.includes('"chain"'));
});

test('a certificate that is none any more is the fault of the file', async (t) => {
  const { cache, folder } = setUp(t);
  await cache.write('first', certificate);
  const path = join(folder, 'first.certificate.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('BEGIN CERTIFICATE', 'BEGIN DAMAGE'));
  const failure = await failureOf(cache.read('first'), 'ConfigurationError');
  assert.ok(failure.message.includes(path) && failure.message.includes('"certificate"'));
});

test('a PFX is there during the work, for its owner alone, and gone afterwards', async (t) => {
  const { cache } = setUp(t);
  const pfx = new Uint8Array([1, 2, 3]);
  let seen = '';
  const result = await cache.withPfx('first', pfx, async (path) => {
    seen = path;
    assert.deepEqual(new Uint8Array(readFileSync(path)), pfx);
    if (onPosix) assert.equal(statSync(path).mode & 0o777, 0o600);
    return 'done';
  });
  assert.deepEqual([result, existsSync(seen)], ['done', false]);
});

test('a PFX is gone also when the work fails', async (t) => {
  const { cache, folder } = setUp(t);
  const failure = new Error('script failed');
  await assert.rejects(
    cache.withPfx('first', new Uint8Array([1]), () => Promise.reject(failure)),
    (error) => error === failure,
  );
  assert.deepEqual(readdirSync(folder), []);
});
