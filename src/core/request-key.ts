import type { CertificateTools } from './certificate.ts';
import { WacsError } from './errors.ts';
import type { CsrPlugin, Target } from './plugin.ts';
import type { Log } from './ports.ts';

/** What decides on the key of a certificate. */
export interface KeyRequest {
  readonly target: Target;
  /** Undefined when the target brings the request. */
  readonly csr: CsrPlugin | undefined;
  /** Key to use again, PKCS#8 PEM. Secret. */
  readonly previousKeyPem?: string;
}

/** A key for a certificate request: the previous one when it is of the kind that is wished now, else a new one. */
export async function makeKey(
  { csr, previousKeyPem }: KeyRequest,
  { certificates, log }: { readonly certificates: CertificateTools; readonly log: Log },
): Promise<string> {
  if (csr === undefined) {
    throw new WacsError('ConfigurationError', 'the renewal says neither which key to make nor which request to send', {
      hint: 'Create the renewal again with the same --id.',
    });
  }
  if (previousKeyPem === undefined) return certificates.createPrivateKey(csr.key);
  if (certificates.isOfKind(previousKeyPem, csr.key)) return previousKeyPem;
  log.info('the private key is not kept: another kind or size is wished now');
  return certificates.createPrivateKey(csr.key);
}

/**
 * The failure to finalize, with what is most likely behind it: CAs that have given up OCSP refuse every request for the
 * TLS feature, Let's Encrypt as `unauthorized`.
 */
export function explainRefusal(error: unknown, { csr }: KeyRequest): unknown {
  if (csr?.mustStaple !== true || !(error instanceof WacsError) || error.details.problem === undefined) return error;
  if (!['AcmeError', 'AcmeAccountError', 'OrderRejected'].includes(error.code)) return error;
  return new WacsError('OrderRejected', error.message, {
    ...error.details,
    hint: 'CAs without OCSP refuse --ocsp-must-staple: create the renewal again with the same --id and without it.',
    cause: error.cause ?? error,
  });
}

/** The certificate request for the CA (DER): the one that was given, unchanged, or one made with the key. */
export function makeRequest(
  { target, csr }: KeyRequest,
  privateKeyPem: string | undefined,
  certificates: CertificateTools,
): Uint8Array {
  const { request, commonName, identifiers } = target;
  if (request !== undefined) return request.der;
  if (privateKeyPem === undefined)
    throw new WacsError('UnexpectedError', 'there is no private key to make the certificate request with');
  return certificates.createRequest({
    commonName: commonName.type === 'dns' ? commonName.value : undefined,
    identifiers,
    privateKeyPem,
    ...(csr?.mustStaple ? { mustStaple: true } : {}),
  });
}
