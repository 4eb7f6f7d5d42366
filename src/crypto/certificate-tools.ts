import type { CertificateTools } from '../core/certificate.ts';
import { isOrderedChain } from './chain.ts';
import { createPrivateKey, encryptPrivateKey, matchesPrivateKey } from './keys.ts';
import { createP7b } from './p7b.ts';
import { createPfx } from './pfx.ts';
import { readPfxThumbprint } from './pfx-thumbprint.ts';
import { readCertificate } from './x509.ts';

/** The certificate tools of the core, made from Node's own cryptography. */
export function createCertificateTools(): CertificateTools {
  return {
    createPrivateKey,
    readCertificate,
    matchesPrivateKey,
    isOrderedChain,
    createPfx,
    readPfxThumbprint,
    createP7b,
    encryptPrivateKey,
  };
}
