import aws4 from 'aws4';
import type { Clock } from '../../../core/ports.ts';

/** What signs requests to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Undefined for keys without an end. */
  readonly expiresAt?: Date;
}

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** For whom a request is signed. */
export interface SigningScope {
  readonly service: 'route53' | 'sts';
  readonly region: string;
  readonly clock: Clock;
}

/** What the HTTP client sets by itself, with the same values. */
const setByClient = ['host', 'content-length'];

/** Headers of a request with its signature (AWS Signature Version 4), valid for five minutes from now. */
export function signedHeaders(
  { method, url, contentType, body }: UnsignedRequest,
  credentials: AwsCredentials,
  { service, region, clock }: SigningScope,
): Readonly<Record<string, string>> {
  const { host, pathname, search } = new URL(url);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { headers = {} } = aws4.sign(
    {
      service,
      region,
      method,
      host,
      path: pathname + search,
      headers: {
        'X-Amz-Date': clock
          .now()
          .toISOString()
          .replaceAll(/[:-]|\.\d{3}/g, ''),
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      },
      ...(body === undefined ? {} : { body }),
    },
    { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  );
  const wanted = Object.entries(headers).filter(([name]) => !setByClient.includes(name.toLowerCase()));
  return Object.fromEntries(wanted.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
