import type { Identifier } from './identifier.ts';

/** Facts read from an X.509 certificate. */
export interface CertificateInfo {
  /** SHA-1 over the DER form, upper-case hex, as Windows shows it. */
  readonly thumbprint: string;
  /** SHA-256 over the DER form, upper-case hex. */
  readonly sha256: string;
  /** Serial number, upper-case hex without separators. */
  readonly serialNumber: string;
  /** Common name of the subject; undefined where the CA leaves it out. */
  readonly commonName: string | undefined;
  readonly issuerCommonName: string | undefined;
  /** Subject alternative names of types DNS and IP. */
  readonly identifiers: readonly Identifier[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Certificate identifier of RFC 9773 section 4.1; undefined without an authority key identifier. */
  readonly renewalInfoId: string | undefined;
}

/** A certificate with its key and chain, ready for stores. */
export interface IssuedCertificate {
  readonly info: CertificateInfo;
  /** Name shown to people and used for files: the common name asked for, else the first name. */
  readonly commonName: string;
  readonly friendlyName: string;
  /** PKCS#8 PEM, unencrypted; undefined for a request that was given without its key. Secret. */
  readonly privateKeyPem: string | undefined;
  /** The end-entity certificate, PEM. */
  readonly certificatePem: string;
  /** Every intermediate the CA sent, PEM, in the CA's order, leaf excluded. */
  readonly chainPem: readonly string[];
}

/** Kind and size of a certificate's key. */
export type KeySpec =
  | { readonly type: 'rsa'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' };

/** What goes into a certificate request. */
export interface CertificateRequestContent {
  readonly commonName: string | undefined;
  readonly identifiers: readonly Identifier[];
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
  /** With the TLS feature extension (RFC 7633). */
  readonly mustStaple?: boolean;
}

/** Facts read from a certificate request (RFC 2986), whose signature was checked. */
export interface CertificateRequestInfo {
  readonly der: Uint8Array;
  /** SHA-256 over the DER form, lower-case hex. */
  readonly digest: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string;
  /** Of the subject; undefined without one. */
  readonly commonName: string | undefined;
  /** Subject alternative names of types DNS and IP. */
  readonly identifiers: readonly Identifier[];
  /** Subject alternative names of other types, by the name of the type; no ACME CA takes them. */
  readonly otherNames: readonly string[];
}

/** PKCS#12 protection: `modern` = AES-256-CBC/PBKDF2-SHA-256, `legacy` = 3DES/SHA-1 for Windows Server 2016 and older. */
export type PfxProtection = 'modern' | 'legacy';

/** What a PKCS#12 file is made from. */
export interface PfxRequest {
  readonly certificate: IssuedCertificate;
  /** Secret; may be empty. */
  readonly password: string;
  readonly protection: PfxProtection;
  /** Where Windows is to keep the key when it imports the file; the key then has that name in place of the friendly one. */
  readonly keyContainer?: { readonly name: string; readonly provider: string };
}

/** Cryptographic work the core and the stores need; implemented by the crypto layer. */
export interface CertificateTools {
  /** Creates a private key; PKCS#8 PEM. */
  createPrivateKey(spec: KeySpec): Promise<string>;
  /** @throws WacsError CertificateRejected when the text is not an X.509 certificate. */
  readCertificate(pem: string): CertificateInfo;
  /** A certificate request (RFC 2986), DER. */
  createRequest(content: CertificateRequestContent): Uint8Array;
  /** Reads PEM or DER. @throws WacsError SourceError for what is no request, or one whose signature is wrong. */
  readCertificateRequest(content: Uint8Array): CertificateRequestInfo;
  /** PKCS#8 PEM of a private key in any unencrypted PEM form. @throws WacsError SourceError. */
  importPrivateKey(pem: string): string;
  /** SubjectPublicKeyInfo PEM of a private key. */
  publicKeyOf(privateKeyPem: string): string;
  /** SubjectPublicKeyInfo PEM of a certificate. */
  certifiedKeyOf(certificatePem: string): string;
  /** True when a key is of this kind and size. */
  isOfKind(privateKeyPem: string, spec: KeySpec): boolean;
  /** True when the certificate's public key belongs to the private key. */
  matchesPrivateKey(certificatePem: string, privateKeyPem: string): boolean;
  /** True when each certificate is signed by the next one of the list. */
  isOrderedChain(pems: readonly string[]): boolean;
  /** PKCS#12 file (RFC 7292) with key, certificate and the whole chain; friendly name on the key and the leaf. */
  createPfx(request: PfxRequest): Promise<Uint8Array>;
  /** SHA-1 thumbprint (upper-case hex) of the certificate in a PKCS#12 file, without its password; undefined when it says none. */
  readPfxThumbprint(pfx: Uint8Array): string | undefined;
  /** Certificates without keys as PKCS#7, DER (RFC 2315 section 9). */
  createP7b(pems: readonly string[]): Promise<Uint8Array>;
  /** PKCS#8 PEM encrypted with a password (PBES2, AES-256-CBC). */
  encryptPrivateKey(privateKeyPem: string, password: string): string;
}
