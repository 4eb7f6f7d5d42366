import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { WacsError } from '../core/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse, Log } from '../core/ports.ts';
import { errorCode } from './file-errors.ts';
import { connectionFailure, shownUrl, unreachable } from './http-errors.ts';
import type { ProxyChooser, ProxyVariables } from './proxies.ts';
import { createTrust } from './trusted-roots.ts';

const defaultMaxBodyBytes = 4 * 1024 * 1024;

/** How the client presents itself and whom it trusts. */
export interface HttpClientOptions {
  readonly userAgent: string;
  /** PEM texts of further roots, beside the runtime's and the system's. */
  readonly caPem?: readonly string[];
  readonly log: Log;
  /** Larger answers are refused. */
  readonly maxBodyBytes?: number;
  /** Default: none, everything is asked directly. */
  readonly proxies?: ProxyChooser;
}

/** A client that holds connections open until `close`. */
export interface ClosableHttpClient extends HttpClient {
  close(): void;
}

/**
 * HTTP(S) with kept connections, proxies, and the system's trusted roots (read when a server is not trusted without
 * them). Redirects are answers like any other. A GET or HEAD that meets a kept connection the server has just closed is
 * sent again on another one (RFC 9112 section 9.3.1); nothing else that was sent is repeated: a POST may have taken effect.
 */
export function createHttpClient(options: HttpClientOptions): ClosableHttpClient {
  const agents = createAgents(options);
  return {
    request: (request) => exchange(request, options, agents),
    close: agents.destroy,
  };
}

interface Agents {
  forRequest(url: URL, request: HttpRequest): Promise<HttpAgent>;
  /** An agent that trusts more than the one that has failed; undefined when there is none. */
  trustingMore(call: Call): Promise<HttpAgent | undefined>;
  destroy(): void;
}

/** One agent for each scheme and proxy; the trust context, which costs time and memory, is made once. */
function createAgents({ caPem = [], proxies }: HttpClientOptions): Agents {
  const made: HttpAgent[] = [];
  const agents = new Map<string, HttpAgent>();
  const trust = createTrust(caPem);
  const create = (isSecure: boolean, proxyEnv: ProxyVariables): HttpAgent => {
    const kept = { keepAlive: true, proxyEnv: { ...proxyEnv } };
    if (!isSecure) return new HttpAgent(kept);
    return new HttpsAgent({ ...kept, secureContext: trust.context() });
  };
  const forRequest: Agents['forRequest'] = async (url, { direct }) => {
    const proxyEnv = direct === true ? {} : ((await proxies?.choose(url)) ?? {});
    const key = `${url.protocol} ${proxyEnv.HTTPS_PROXY ?? ''} ${proxyEnv.HTTP_PROXY ?? ''}`;
    const known = agents.get(key) ?? create(url.protocol === 'https:', proxyEnv);
    if (!agents.has(key)) made.push(known);
    agents.set(key, known);
    return known;
  };
  return {
    forRequest,
    async trustingMore({ url, request, agent }) {
      // Not destroyed yet: other requests are under way.
      if (trust.addSystemRoots()) agents.clear();
      const other = await forRequest(url, request);
      return other === agent ? undefined : other;
    },
    destroy() {
      for (const agent of made) agent.destroy();
    },
  };
}

async function exchange(request: HttpRequest, options: HttpClientOptions, agents: Agents): Promise<HttpResponse> {
  const url = parseUrl(request.url);
  const startedAt = performance.now();
  const agent = await agents.forRequest(url, request);
  const { signal, release } = openLimit(request);
  const response = await sendTrusted({ request, url, options, agent, signal }, agents).finally(release);
  const took = Math.round(performance.now() - startedAt);
  options.log.verbose(
    `${request.method} ${shownUrl(url)}: ${response.status}, ${response.body.length} bytes in ${took} ms`,
  );
  if (response.status === 407) throw unreachable(url, 'the proxy wants other credentials (407)', { proxy: true });
  return response;
}

/**
 * A signal for one exchange, let go with it: `AbortSignal.timeout` and `AbortSignal.any` would hold request and response
 * until the time is up, which for a run of many certificates is all of them.
 */
function openLimit({ timeoutMs, signal }: HttpRequest): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    },
  };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new WacsError('AcmeUnreachable', `cannot reach "${text}": it is not an http or https address`, {
    hint: 'correct the address of the ACME directory',
  });
}

interface Call {
  readonly request: HttpRequest;
  readonly url: URL;
  readonly options: HttpClientOptions;
  readonly agent: HttpAgent;
  readonly signal: AbortSignal;
}

/** The server closed a kept connection at the moment it was used again. */
class StaleConnection extends Error {}

/** The certificate of the server could not be traced to a root. */
const unknownRoot =
  /^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|CERT_(?:UNTRUSTED|HAS_EXPIRED))/;

/** A server that is not trusted has got nothing, so the whole request may go to it once more when it is. */
async function sendTrusted(call: Call, agents: Agents): Promise<HttpResponse> {
  try {
    return await sendOnLiveConnection(call);
  } catch (error) {
    const cause = error instanceof WacsError ? error.cause : undefined;
    const agent = unknownRoot.test(errorCode(cause) ?? '') ? await agents.trustingMore(call) : undefined;
    if (agent === undefined) throw error;
    return await sendOnLiveConnection({ ...call, agent });
  }
}

/** Ends because each failure takes one kept connection away, and a new connection is never stale. */
async function sendOnLiveConnection(call: Call): Promise<HttpResponse> {
  while (!call.signal.aborted) {
    try {
      return await send(call);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
    }
  }
  throw endedEarly(call);
}

function send(call: Call): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = open(call);
    let answered = false;
    // The runtime does not apply a signal while a proxy is asked for its tunnel.
    call.signal.addEventListener('abort', () => reject(endedEarly(call)), { once: true });
    outgoing.on('error', (error) => reject(requestFailure(call, error, outgoing.reusedSocket && !answered)));
    outgoing.on('response', (incoming) => {
      answered = true;
      readBody(incoming, call).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
        (error) => reject(call.signal.aborted ? endedEarly(call) : connectionFailure(call.url, error)),
      );
    });
    outgoing.end(call.request.body);
  });
}

function open({ request, url, options, agent, signal }: Call): ClientRequest {
  const length = request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) };
  const headers = { ...request.headers, 'user-agent': options.userAgent, ...length };
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  // The idle limit closes the connection to a proxy that stays silent, which the signal does not reach.
  return start(url, { method: request.method, headers, agent, signal, timeout: request.timeoutMs });
}

async function readBody(incoming: IncomingMessage, { url, options }: Call): Promise<Uint8Array> {
  const limit = options.maxBodyBytes ?? defaultMaxBodyBytes;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > limit) throw unreachable(url, `the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function requestFailure(call: Call, error: Error, mayBeStale: boolean): unknown {
  if (call.signal.aborted) return endedEarly(call);
  const reset = ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '');
  if (mayBeStale && reset && call.request.method !== 'POST') return new StaleConnection();
  return connectionFailure(call.url, error);
}

function endedEarly({ url, request }: Call): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  return unreachable(url, `no complete answer within ${request.timeoutMs / 1000} s`, {
    hint: 'check the network, the firewall and the proxy settings, then run this again',
  });
}
