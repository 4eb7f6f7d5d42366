import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { parseIdentifier } from '../../src/core/identifier.ts';
import { toFileName } from '../../src/plugins/store/file-name.ts';
import { openssl, withFile } from '../crypto/openssl.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { splitPem } from '../support/split-pem.ts';
import type { Workbench } from './workbench.ts';

/** What a PFX held when openssl opened it. */
export interface OpenedPfx {
  readonly key: KeyObject;
  readonly certificates: readonly X509Certificate[];
}

/** Opens a PFX with openssl. @throws when the password is wrong. */
export async function openPfx(path: string, password: string): Promise<OpenedPfx> {
  const args = ['pkcs12', '-in', path, '-passin', 'env:PFX_PASSWORD', '-nodes'];
  const { stdout } = await openssl(args, { PFX_PASSWORD: password });
  const key = createPrivateKey(stdout.slice(stdout.indexOf('-----BEGIN PRIVATE KEY')));
  return { key, certificates: splitPem(stdout).map((pem) => new X509Certificate(pem)) };
}

/** The leaf among the PEM files of a host, after all four were found to belong together and to the CA. */
export async function checkPemFiles(bench: Workbench, pebble: Pebble, host: string): Promise<X509Certificate> {
  const crt = bench.readPem(host, 'crt');
  const chainOnly = bench.readPem(host, 'chain-only');
  const leaf = new X509Certificate(crt);
  assert.equal(splitPem(crt).length, 1);
  assert.equal(splitPem(chainOnly).length, 1, 'the default chain has one intermediate');
  assert.equal(bench.readPem(host, 'chain'), crt + chainOnly);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(bench.readPem(host, 'key'))), 'the key is not that of the leaf');
  await verifyChain(crt, chainOnly, await pebble.rootCertificates());
  return leaf;
}

/** The DNS names of a certificate, sorted. */
export function dnsNames(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^DNS:/, ''))
    .sort();
}

/** The addresses of a stored certificate, in their canonical form. */
export function addresses(bench: Workbench, host: string): string[] {
  const names = new X509Certificate(bench.readPem(toFileName(host), 'crt')).subjectAltName ?? '';
  return names.split(', ').map((name) => parseIdentifier(name.replace(/^IP Address:/, '')).value);
}

/** SHA-1 as wacs and Windows show it. */
export function thumbprint(certificate: X509Certificate): string {
  return certificate.fingerprint.replaceAll(':', '');
}

async function verifyChain(leaf: string, intermediates: string, roots: string): Promise<void> {
  await withFile(roots, (rootFile) =>
    withFile(intermediates, (intermediateFile) =>
      withFile(leaf, (leafFile) =>
        openssl(['verify', '-purpose', 'sslserver', '-CAfile', rootFile, '-untrusted', intermediateFile, leafFile]),
      ),
    ),
  );
}
