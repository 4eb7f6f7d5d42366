import type { Client } from 'acme-client';
import { WacsError } from '../core/errors.ts';
import type { AcmeResponse, AcmeTransport } from './transport.ts';

/** The signing half of acme-client's HTTP client. */
export interface AcmeSigner {
  createSignedBody(url: string, payload: object | null, options: { nonce?: string; kid: string | null }): object;
  prepareSignedBody(
    algorithm: string,
    url: string,
    payload: object,
    options: { kid: string },
  ): { readonly protected: string; readonly payload: string };
  getJwk(): object;
}

/** acme-client's resource methods, one per ACME resource; each answers with the transport's response. */
export interface AcmeApi {
  accountUrl: string | null;
  getAccountUrl(): string;
  createAccount(data: object): Promise<AcmeResponse>;
  updateAccount(data: object | null): Promise<AcmeResponse>;
  createOrder(data: object): Promise<AcmeResponse>;
  getOrder(url: string): Promise<AcmeResponse>;
  finalizeOrder(url: string, data: object): Promise<AcmeResponse>;
  getAuthorization(url: string): Promise<AcmeResponse>;
  updateAuthorization(url: string, data: object): Promise<AcmeResponse>;
  completeChallenge(url: string, data: object): Promise<AcmeResponse>;
  revokeCert(data: object): Promise<AcmeResponse>;
  apiRequest(
    url: string,
    payload: object | null,
    validStatusCodes: number[],
    options?: { includeJwsKid?: boolean },
  ): Promise<AcmeResponse>;
}

/** An account key in use with one CA. */
export interface AcmeSession {
  readonly api: AcmeApi;
  readonly signer: AcmeSigner;
  readonly client: Client;
}

/** The parts of acme-client that stay in use and the four that are replaced. */
interface ReplaceableParts {
  http: AcmeSigner & {
    getDirectory: () => Promise<object>;
    getNonce: () => Promise<string>;
    signedRequest: (url: string, payload: object | null, options?: { kid?: string | null }) => Promise<AcmeResponse>;
  };
  api: AcmeApi;
}

/**
 * An acme-client instance whose transport is ours. acme-client signs, keeps the account URL and knows the resources;
 * its own transport asks for a nonce before each POST, loses problem documents, follows Retry-After for hours, has no
 * timeout and repeats used signatures, so none of it is left in use. Which status is a success is the transport's to
 * say: acme-client throws an error without a problem document for a 200 where it expects a 201.
 */
export async function createSession(
  transport: AcmeTransport,
  accountKeyPem: string,
  accountUrl?: string,
): Promise<AcmeSession> {
  const { Client: AcmeClient } = await import('./acme-client.ts');
  const client = new AcmeClient({
    directoryUrl: 'https://replaced-by-the-transport.invalid/',
    accountKey: accountKeyPem,
    ...(accountUrl === undefined ? {} : { accountUrl }),
  });
  const { http, api } = replaceableParts(client);
  http.getDirectory = () => transport.directory();
  http.getNonce = () => Promise.reject(new Error('nonces are taken by the transport'));
  http.signedRequest = (url, payload, { kid = null } = {}) =>
    transport.post(url, (nonce) => http.createSignedBody(url, payload, { nonce, kid }));
  api.apiRequest = (url, payload, _, { includeJwsKid = true } = {}) =>
    http.signedRequest(url, payload, { kid: includeJwsKid ? api.getAccountUrl() : null });
  return { api, signer: http, client };
}

/** The undocumented members exist in 5.4.0; a release without them must fail here and not in the middle of an order. */
function replaceableParts(client: Client): ReplaceableParts {
  const parts: unknown = client;
  if (hasReplaceableParts(parts)) return parts;
  throw new WacsError('UnexpectedError', 'this version of acme-client has no replaceable transport');
}

function hasReplaceableParts(value: unknown): value is ReplaceableParts {
  if (typeof value !== 'object' || value === null || !('http' in value) || !('api' in value)) return false;
  const { http, api } = value;
  return (
    hasMethods(http, [
      'getDirectory',
      'getNonce',
      'signedRequest',
      'createSignedBody',
      'prepareSignedBody',
      'getJwk',
    ]) &&
    hasMethods(api, [
      'createAccount',
      'createOrder',
      'getOrder',
      'finalizeOrder',
      'revokeCert',
      'apiRequest',
      'getAccountUrl',
    ])
  );
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
