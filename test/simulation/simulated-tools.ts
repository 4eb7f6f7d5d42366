import type { CertificateInfo, CertificateTools } from '../../src/core/certificate.ts';
import type { Identifier } from '../../src/core/identifier.ts';

/** What the simulated CA certifies; its JSON stands for the PEM text. */
export interface SimulatedCertificate {
  readonly id: string;
  readonly identifiers: readonly Identifier[];
  /** Milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The text of a certificate. */
export function textOf(certificate: SimulatedCertificate): string {
  return JSON.stringify(certificate);
}

/** Certificates without cryptography: a year holds hundreds of thousands of runs. */
export function createSimulatedTools(): CertificateTools {
  const unused = (): never => {
    throw new Error('no part of the simulation');
  };
  return {
    createPrivateKey: async () => 'key',
    readCertificate: readInfo,
    createRequest: () => new Uint8Array(),
    publicKeyOf: () => 'public key',
    certifiedKeyOf: () => 'public key',
    isOfKind: () => true,
    matchesPrivateKey: () => true,
    isOrderedChain: () => true,
    readCertificateRequest: unused,
    importPrivateKey: unused,
    createPfx: unused,
    readPfxThumbprint: unused,
    createP7b: unused,
    encryptPrivateKey: unused,
  };
}

function readInfo(text: string): CertificateInfo {
  const { id, identifiers, notBefore, notAfter }: SimulatedCertificate = JSON.parse(text);
  return {
    thumbprint: id,
    sha256: id,
    serialNumber: id,
    commonName: undefined,
    identifiers,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    issuerCommonName: 'Simulated CA',
    renewalInfoId: id,
  };
}
