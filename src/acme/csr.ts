import type { CsrRequest } from '../core/acme.ts';

/** Longest common name X.509 has room for (RFC 5280 appendix A, ub-common-name). */
const commonNameLimit = 64;

/** A certificate request (RFC 2986, DER) for the identifiers; a common name that does not fit stays a plain name. */
export async function createCsr(request: CsrRequest): Promise<Uint8Array> {
  const { crypto } = await import('./acme-client.ts');
  const commonName =
    request.commonName !== undefined && request.commonName.length <= commonNameLimit ? request.commonName : undefined;
  const [, pem] = await crypto.createCsr(
    { altNames: request.identifiers.map(({ value }) => value), ...(commonName === undefined ? {} : { commonName }) },
    request.privateKeyPem,
  );
  return Buffer.from(pem.toString('utf8').replace(/-----[^-]+-----|\s/g, ''), 'base64');
}
