import type { IssuedCertificate } from './certificate.ts';
import { WacsError } from './errors.ts';

/**
 * The private key of a certificate for something that can do nothing without it, such as `a PFX file`.
 * @throws WacsError StoreError when the key is elsewhere, because the request was made elsewhere.
 */
export function requirePrivateKey({ commonName, privateKeyPem }: IssuedCertificate, what: string): string {
  if (privateKeyPem !== undefined) return privateKeyPem;
  throw new WacsError('StoreError', `${what} needs the private key, and that of ${commonName} is not known here`, {
    hint: 'Create the renewal again with the same --id and --pkfile FILE, the key that belongs to the certificate request.',
  });
}
