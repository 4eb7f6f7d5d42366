import type { CertificateTools } from '../core/certificate.ts';
import { readCertificateRequest } from './certificate-request.ts';
import { isOrderedChain } from './chain.ts';
import { createRequest } from './create-request.ts';
import {
  certifiedKeyOf,
  createPrivateKey,
  encryptPrivateKey,
  importPrivateKey,
  isOfKind,
  matchesPrivateKey,
  publicKeyOf,
} from './keys.ts';
import { createP7b } from './p7b.ts';
import { createPfx } from './pfx.ts';
import { readPfxThumbprint } from './pfx-thumbprint.ts';
import { readCertificate } from './x509.ts';

/** The certificate tools of the core, made from Node's own cryptography. */
export function createCertificateTools(): CertificateTools {
  return {
    createPrivateKey,
    readCertificate,
    createRequest,
    readCertificateRequest,
    importPrivateKey,
    publicKeyOf,
    certifiedKeyOf,
    isOfKind,
    matchesPrivateKey,
    isOrderedChain,
    createPfx,
    readPfxThumbprint,
    createP7b,
    encryptPrivateKey,
  };
}
