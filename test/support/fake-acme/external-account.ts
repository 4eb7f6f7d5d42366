import { createHmac, timingSafeEqual } from 'node:crypto';
import { asObject, parseJsonObject } from './json.ts';
import { type Jwk, parseJwk } from './jwk.ts';
import { type Jws, parseJws } from './jws.ts';
import { refuse } from './problem.ts';
import { resourceUrl } from './resources.ts';
import type { FakeAcmeState } from './state.ts';

const digests: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/**
 * Verifies an external account binding (RFC 8555 section 7.3.4).
 * @returns its key identifier; undefined when there is none and none is needed
 * @throws Refusal externalAccountRequired, malformed, unauthorized.
 */
export function readExternalAccount(state: FakeAcmeState, binding: unknown, jwk: Jwk): string | undefined {
  if (binding === undefined) {
    if (!state.settings.meta.externalAccountRequired) return undefined;
    throw refuse('externalAccountRequired', 403, 'this CA needs an external account binding');
  }
  const jws = parseJws(asObject(binding, 'externalAccountBinding'));
  const keyIdentifier = checkMac(state, jws);
  if (jws.header.url !== resourceUrl(state, 'newAccount') || 'nonce' in jws.header) {
    throw refuse('malformed', 400, 'the external account binding needs the url of newAccount and no nonce');
  }
  if (parseJwk(parseJsonObject(jws.payload, 'the bound key')).thumbprint !== jwk.thumbprint) {
    throw refuse('malformed', 400, 'the external account binding is for another key');
  }
  return keyIdentifier;
}

function checkMac(state: FakeAcmeState, { header, signature, signingInput }: Jws): string {
  const digest = digests[String(header.alg)];
  if (digest === undefined) throw refuse('badSignatureAlgorithm', 400, 'an external account binding needs an HMAC');
  const keyIdentifier = String(header.kid);
  const key = state.settings.externalAccounts[keyIdentifier];
  if (key === undefined) throw refuse('unauthorized', 403, `unknown external account: ${keyIdentifier}`);
  const mac = createHmac(digest, Buffer.from(key, 'base64url')).update(signingInput).digest();
  if (mac.length !== signature.length || !timingSafeEqual(mac, signature)) {
    throw refuse('unauthorized', 403, 'the MAC of the external account binding does not verify');
  }
  return keyIdentifier;
}
