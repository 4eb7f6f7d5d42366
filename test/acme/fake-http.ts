import { WacsError } from '../../src/core/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/core/ports.ts';

/** An answer with what matters for a test; a failure is thrown. */
export type FakeAnswer =
  | { readonly status?: number; readonly headers?: HttpResponse['headers']; readonly body?: unknown }
  | WacsError;

export function response({ status = 200, headers = {}, body = '' }: Exclude<FakeAnswer, WacsError>): HttpResponse {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}

export function problem(name: string, status: number, more: object = {}): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: `urn:ietf:params:acme:error:${name}`, detail: `${name} it is`, status, ...more },
  };
}

export const unreachable = new WacsError('AcmeUnreachable', 'connect ECONNREFUSED');

/** A signed request as the CA sees it. */
export interface SignedRequest {
  readonly url: string;
  readonly path: string;
  readonly header: {
    readonly nonce?: string;
    readonly kid?: string;
    readonly jwk?: object;
    readonly alg?: string;
    readonly url?: string;
  };
  /** Parsed payload; undefined for a POST-as-GET. */
  readonly payload: unknown;
  /** How often this path was asked before. */
  readonly count: number;
}

/** A CA behind the `HttpClient` port: it hands out nonces, takes each once, and answers as its routes say. */
export interface FakeServer extends HttpClient {
  readonly requests: HttpRequest[];
  readonly signed: SignedRequest[];
  /** Answers by path; an array answers in turn, its last item for good. */
  readonly routes: Map<string, FakeAnswer | readonly FakeAnswer[] | ((request: SignedRequest) => FakeAnswer)>;
  directory: Record<string, unknown>;
  countOf(path: string): number;
}

export const base = 'https://ca.test';
export const baseUri = `${base}/directory`;

export function createFakeServer(): FakeServer {
  const open = new Set<string>();
  const seen = new Map<string, number>();
  let nonces = 0;
  const server: FakeServer = {
    requests: [],
    signed: [],
    routes: new Map(),
    directory: {
      newNonce: `${base}/newNonce`,
      newAccount: `${base}/newAccount`,
      newOrder: `${base}/newOrder`,
      revokeCert: `${base}/revokeCert`,
      renewalInfo: `${base}/renewalInfo`,
      meta: { termsOfService: `${base}/terms`, profiles: { classic: '90 days' } },
    },
    countOf: (path) => server.requests.filter((request) => new URL(request.url).pathname === path).length,
    async request(request) {
      server.requests.push(request);
      const { pathname } = new URL(request.url);
      const count = seen.get(pathname) ?? 0;
      seen.set(pathname, count + 1);
      const answer = request.method === 'POST' ? post(request, count) : get(pathname, count);
      if (answer instanceof WacsError) throw answer;
      const plain = response(answer);
      const dropped = answer.headers !== undefined && 'replay-nonce' in answer.headers;
      return pathname === '/directory' || dropped ? plain : withNonce(plain);
    },
  };
  return server;

  function withNonce(plain: HttpResponse): HttpResponse {
    nonces += 1;
    open.add(`nonce-${nonces}`);
    return { ...plain, headers: { ...plain.headers, 'replay-nonce': `nonce-${nonces}` } };
  }

  function get(path: string, count: number): FakeAnswer {
    const route = answerOf(path, count);
    if (route !== undefined) return route;
    if (path === '/directory') return { body: server.directory };
    return path === '/newNonce' ? {} : { status: 404, body: 'not found' };
  }

  function post({ url, body = '' }: HttpRequest, count: number): FakeAnswer {
    const request = decode(url, body, count);
    server.signed.push(request);
    if (!open.delete(request.header.nonce ?? '')) return problem('badNonce', 400);
    return answerOf(request.path, count, request) ?? problem('malformed', 404);
  }

  function answerOf(path: string, count: number, request?: SignedRequest): FakeAnswer | undefined {
    const route = server.routes.get(path);
    if (typeof route === 'function')
      return route(request ?? { url: base + path, path, header: {}, payload: undefined, count });
    return isList(route) ? (route[count] ?? route.at(-1)) : route;
  }
}

function isList(route: FakeAnswer | readonly FakeAnswer[] | undefined): route is readonly FakeAnswer[] {
  return Array.isArray(route);
}

function decode(url: string, body: string, count: number): SignedRequest {
  const read = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');
  const jws = JSON.parse(body) as { protected: string; payload: string };
  const payload = read(jws.payload);
  return {
    url,
    path: new URL(url).pathname,
    header: JSON.parse(read(jws.protected)) as SignedRequest['header'],
    payload: payload === '' ? undefined : JSON.parse(payload),
    count,
  };
}
