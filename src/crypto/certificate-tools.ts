import type { CertificateTools } from '../core/certificate.ts';
import { isOrderedChain } from './chain.ts';
import { createPrivateKey, encryptPrivateKey, matchesPrivateKey } from './keys.ts';
import { createPfx } from './pfx.ts';
import { readCertificate } from './x509.ts';

/** The certificate tools of the core, made from Node's own cryptography. */
export function createCertificateTools(): CertificateTools {
  return { createPrivateKey, readCertificate, matchesPrivateKey, isOrderedChain, createPfx, encryptPrivateKey };
}
