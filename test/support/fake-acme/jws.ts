import { verify } from 'node:crypto';
import { asString, decodeBase64Url, type JsonObject, parseJsonObject } from './json.ts';
import { type Jwk, jwsAlgorithms } from './jwk.ts';
import { problem, Refusal, refuse } from './problem.ts';

/** A flattened JWS (RFC 7515 section 7.2.2), decoded but not verified. */
export interface Jws {
  readonly header: JsonObject;
  /** Text of the payload; empty for POST-as-GET. */
  readonly payload: string;
  readonly signature: Buffer;
  /** What the signature is made over. */
  readonly signingInput: string;
}

/** Decodes a JWS, given as JSON text or already as object. @throws Refusal malformed. */
export function parseJws(body: string | JsonObject): Jws {
  const object = typeof body === 'string' ? parseJsonObject(body, 'the request body') : body;
  if ('header' in object) throw refuse('malformed', 400, 'the JWS has an unprotected header');
  const header = parseJsonObject(decodeBase64Url(object.protected, 'protected').toString(), 'the protected header');
  return {
    header,
    payload: decodeBase64Url(object.payload, 'payload').toString(),
    signature: decodeBase64Url(object.signature, 'signature'),
    signingInput: `${asString(object.protected, 'protected')}.${asString(object.payload, 'payload')}`,
  };
}

/** Checks algorithm and signature. @throws Refusal badSignatureAlgorithm, malformed. */
export function verifyJws(jws: Jws, jwk: Jwk): void {
  if (jws.header.alg !== jwk.algorithm) throw badAlgorithm(jws.header.alg, jwk);
  const digest = jwk.algorithm === 'ES384' ? 'sha384' : 'sha256';
  const key = { key: jwk.key, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify(digest, Buffer.from(jws.signingInput), key, jws.signature)) {
    throw refuse('malformed', 400, 'the JWS signature does not verify');
  }
}

function badAlgorithm(given: unknown, jwk: Jwk): Refusal {
  const detail = `algorithm ${String(given)} does not suit the key, which needs ${jwk.algorithm}`;
  return new Refusal({ ...problem('badSignatureAlgorithm', 400, detail), algorithms: jwsAlgorithms });
}
