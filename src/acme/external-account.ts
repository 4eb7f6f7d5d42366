import { createHmac } from 'node:crypto';
import type { AccountRequest } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import type { AcmeSigner } from './session.ts';

type Binding = NonNullable<AccountRequest['externalAccountBinding']>;

const hashes: ReadonlyMap<string, string> = new Map([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);

/**
 * External account binding (RFC 8555 section 7.3.4): the account key, signed with the key the CA gave out. acme-client
 * makes the JWS but knows HS256 alone, so the signature is made here.
 * @throws WacsError UsageError for an algorithm RFC 7518 section 3.2 does not have, or a key that is not base64url.
 */
export function signBinding(signer: AcmeSigner, url: string, { algorithm, key, keyIdentifier }: Binding): object {
  const hash = hashes.get(algorithm);
  if (hash === undefined) {
    throw new WacsError('UsageError', `--eab-algorithm ${algorithm} is not known`, {
      hint: `Choose one of: ${[...hashes.keys()].join(', ')}.`,
    });
  }
  if (!/^[A-Za-z0-9_+/-]+={0,2}$/.test(key)) {
    throw new WacsError('UsageError', 'the value of --eab-key is not in base64url', {
      hint: 'Give the key as the CA shows it, between double quotes and without blanks.',
    });
  }
  const body = signer.prepareSignedBody(algorithm, url, signer.getJwk(), { kid: keyIdentifier });
  const mac = createHmac(hash, Buffer.from(key, 'base64url')).update(`${body.protected}.${body.payload}`);
  return { ...body, signature: mac.digest('base64url') };
}
