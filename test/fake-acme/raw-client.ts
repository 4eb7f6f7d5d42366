import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { FakeAcme } from '../support/fake-acme/fake-acme.ts';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface RawOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** One HTTPS request without any retry; rejects with Node's own error. */
export function send(fake: FakeAcme, url: string, options: RawOptions = {}): Promise<RawAnswer> {
  const { method = 'GET', body, headers = { 'User-Agent': 'test' }, timeoutMs = 3000 } = options;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(url, { method, headers, ca: readFileSync(fake.caFile), agent: false, signal });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then((content) => {
        const { statusCode: status = 0, headers: received } = response;
        const isJson = /json/.test(received['content-type'] ?? '') && content.startsWith('{') && content.endsWith('}');
        resolve({ status, headers: received, text: content, json: isJson ? JSON.parse(content) : {} });
      }, reject);
    });
    outgoing.end(body);
  });
}

const algorithms = { ES256: 'P-256', ES384: 'P-384', RS256: undefined } as const;

/** Makes an account key for the algorithm. */
export function createKey(algorithm: keyof typeof algorithms = 'ES256'): KeyObject {
  const namedCurve = algorithms[algorithm];
  if (namedCurve === undefined) return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

export interface JwsParts {
  readonly header?: Readonly<Record<string, unknown>>;
  /** Undefined for POST-as-GET. */
  readonly payload?: unknown;
}

/** Public JWK of a private key. */
export function publicJwk(key: KeyObject): Record<string, unknown> {
  const { d, p, q, dp, dq, qi, ...jwk } = key.export({ format: 'jwk' });
  return jwk;
}

/** A flattened JWS by the key. */
export function signJws(key: KeyObject, { header, payload }: JwsParts): Record<string, string> {
  const { crv } = key.export({ format: 'jwk' });
  const alg = crv === 'P-384' ? 'ES384' : crv === 'P-256' ? 'ES256' : 'RS256';
  const encoded = {
    protected: encode(JSON.stringify({ alg, ...header })),
    payload: payload === undefined ? '' : encode(JSON.stringify(payload)),
  };
  const input = Buffer.from(`${encoded.protected}.${encoded.payload}`);
  const digest = alg === 'ES384' ? 'sha384' : 'sha256';
  return { ...encoded, signature: sign(digest, input, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url') };
}

/** A flattened JWS with an HMAC, for external account binding. */
export function macJws(macKey: Buffer, { header, payload }: JwsParts): Record<string, string> {
  const encoded = {
    protected: encode(JSON.stringify({ alg: 'HS256', ...header })),
    payload: encode(JSON.stringify(payload)),
  };
  const signature = createHmac('sha256', macKey).update(`${encoded.protected}.${encoded.payload}`).digest('base64url');
  return { ...encoded, signature };
}

/** POSTs a JWS body as ACME wants it. */
export function postJws(fake: FakeAcme, url: string, jws: object): Promise<RawAnswer> {
  const headers = { 'User-Agent': 'test', 'Content-Type': 'application/jose+json' };
  return send(fake, url, { method: 'POST', headers, body: JSON.stringify(jws) });
}

/** A fresh nonce. */
export async function getNonce(fake: FakeAcme): Promise<string> {
  const answer = await send(fake, `${fake.state.baseUrl}/new-nonce`, { method: 'HEAD' });
  return String(answer.headers['replay-nonce']);
}

/** Signs and sends with a fresh nonce; `signer` is the account URL, or the key itself for `jwk`. */
export async function post(
  fake: FakeAcme,
  url: string,
  { key, kid, payload }: { readonly key: KeyObject; readonly kid?: string; readonly payload?: unknown },
): Promise<RawAnswer> {
  const signer = kid === undefined ? { jwk: publicJwk(key) } : { kid };
  const header = { ...signer, url, nonce: await getNonce(fake) };
  return postJws(fake, url, signJws(key, { header, payload }));
}

/** An account with its key. */
export interface RawAccount {
  readonly key: KeyObject;
  readonly kid: string;
}

/** Registers a key. */
export async function register(fake: FakeAcme, key = createKey()): Promise<RawAccount> {
  const url = `${fake.state.baseUrl}/new-account`;
  const answer = await post(fake, url, { key, payload: { termsOfServiceAgreed: true } });
  return { key, kid: String(answer.headers.location) };
}

/** Orders the names. */
export function order(fake: FakeAcme, account: RawAccount, names: readonly string[], more: object = {}) {
  const identifiers = names.map((value) => ({ type: 'dns', value }));
  return post(fake, `${fake.state.baseUrl}/new-order`, { ...account, payload: { identifiers, ...more } });
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
