import { createHash, createHmac } from 'node:crypto';
import type { SeenRequest } from './api-double.ts';

/** How a signature was found wrong, in AWS' words. */
export interface SignatureFault {
  readonly code: string;
  readonly message: string;
}

/** For whom a request must be signed, by which keys, and when. */
export interface SignatureRules {
  readonly service: string;
  readonly region: string;
  /** Secret access key and session token by access key ID. */
  readonly keys: ReadonlyMap<string, { readonly secret: string; readonly token?: string }>;
  readonly now: Date;
}

const windowMs = 5 * 60_000;

/**
 * Checks a signature (AWS IAM user guide, "Create a signed AWS API request"), independently of the code under test.
 * @returns what is wrong with it; undefined when it is right
 */
export function signatureFault(request: SeenRequest, rules: SignatureRules): SignatureFault | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return { code: 'MissingAuthenticationToken', message: 'Missing Authentication Token' };
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, id = '', day = '', region = '', service = '', signed = '', signature = ''] = pattern.exec(header) ?? [];
  if (id === '') return { code: 'IncompleteSignature', message: 'Authorization header is not complete' };
  const key = rules.keys.get(id);
  const unknown = { code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' };
  if (key === undefined || key.token !== request.headers['x-amz-security-token']) return unknown;
  const date = String(request.headers['x-amz-date']);
  if (region !== rules.region || service !== rules.service || !date.startsWith(day)) {
    return {
      code: 'SignatureDoesNotMatch',
      message: `Credential should be scoped to ${rules.region}/${rules.service}.`,
    };
  }
  if (Math.abs(rules.now.getTime() - parseDate(date)) > windowMs) {
    return { code: 'RequestExpired', message: 'Request has expired.' };
  }
  const canonical = canonicalRequest(request, signed.split(';'));
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  if (hmac(signingKey(key.secret, day, region, service), toSign).toString('hex') === signature) return undefined;
  return {
    code: 'SignatureDoesNotMatch',
    message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonical}'`,
  };
}

function canonicalRequest({ method, path, target, headers, body }: SeenRequest, signed: readonly string[]): string {
  const [, query = ''] = target.split('?');
  const lines = signed.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}`,
  );
  const canonicalQuery = query
    .split('&')
    .filter(Boolean)
    .map((pair) => pair.split('=').map((part) => encode(decodeURIComponent(part.replaceAll('+', ' ')))))
    .map(([name = '', value = '']) => `${name}=${value}`)
    .sort();
  const canonicalPath = path.split('/').map(encode).join('/');
  return [method, canonicalPath, canonicalQuery.join('&'), ...lines, '', signed.join(';'), sha256(body)].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  return [region, service, 'aws4_request'].reduce((key, part) => hmac(key, part), hmac(`AWS4${secret}`, day));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
