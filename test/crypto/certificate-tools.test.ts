import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestCertificate } from '../support/certificates.ts';

const { cache } = createRequire(import.meta.url);

function loadedForgeModules(): readonly string[] {
  return Object.keys(cache).flatMap((path) => path.match(/node-forge[\\/]lib[\\/]([^\\/]+)\.js$/)?.[1] ?? []);
}

test('node-forge is loaded only for a PKCS#12 file, and then only its ASN.1 part', async () => {
  const tools = createCertificateTools();
  const certificate = await createTestCertificate();
  tools.encryptPrivateKey(await tools.createPrivateKey({ type: 'ec', curve: 'P-256' }), 'x');
  assert.deepEqual(loadedForgeModules(), []);

  await tools.createPfx({ certificate, password: 'x', protection: 'modern' });

  assert.deepEqual(loadedForgeModules().toSorted(), ['asn1', 'baseN', 'forge', 'oids', 'util']);
});
