import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { asObject, asString, type JsonObject } from './json.ts';
import { problem, Refusal } from './problem.ts';

/** Public key of an account with its thumbprint (RFC 7638). */
export interface Jwk {
  readonly thumbprint: string;
  readonly key: KeyObject;
  readonly algorithm: JwsAlgorithm;
}

/** Signature algorithms the fake CA takes. */
export type JwsAlgorithm = 'ES256' | 'ES384' | 'RS256';

/** All of them, as listed in badSignatureAlgorithm. */
export const jwsAlgorithms: readonly JwsAlgorithm[] = ['ES256', 'ES384', 'RS256'];

const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
};

/** Reads a public JWK. @throws Refusal badPublicKey for key types nobody uses, short RSA keys and private keys. */
export function parseJwk(value: unknown): Jwk {
  const jwk = asObject(value, 'jwk');
  if ('d' in jwk) throw badPublicKey('jwk holds a private key');
  const members = requiredMembers[asString(jwk.kty, 'jwk.kty')];
  if (members === undefined) throw badPublicKey('jwk.kty must be EC or RSA');
  const canonical = Object.fromEntries(members.map((name) => [name, asString(jwk[name], `jwk.${name}`)]));
  const thumbprint = createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
  const key = importKey(canonical);
  return { thumbprint, key, algorithm: algorithmOf(jwk, key) };
}

function importKey(jwk: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw badPublicKey('jwk is not a usable key');
  }
}

function algorithmOf(jwk: JsonObject, key: KeyObject): JwsAlgorithm {
  if (jwk.crv === 'P-256') return 'ES256';
  if (jwk.crv === 'P-384') return 'ES384';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (jwk.kty !== 'RSA' || bits < 2048) throw badPublicKey('the key must be P-256, P-384 or RSA of at least 2048 bits');
  return 'RS256';
}

function badPublicKey(detail: string): Refusal {
  return new Refusal({ ...problem('badPublicKey', 400, detail), algorithms: jwsAlgorithms });
}
