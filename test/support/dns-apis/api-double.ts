import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer. */
export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Something that goes wrong, or happens just before the service answers. */
export interface Fault {
  /** Which requests; all when absent. */
  readonly on?: (request: SeenRequest) => boolean;
  /** How often; once when absent. */
  readonly times?: number;
  /** Sent in place of the service's own answer. */
  readonly reply?: ApiReply;
  /** What happens to the service's own answer; the request has been carried out by then. */
  readonly damage?: 'reset' | 'truncated' | 'garbage' | 'silence';
  /** Done before the service sees the request, such as what another client does at that moment. */
  readonly before?: () => void;
}

/** A service in this process. */
export interface ApiDouble {
  /** Address without a final slash. */
  readonly url: string;
  readonly port: number;
  /** All requests so far. */
  readonly requests: readonly SeenRequest[];
  inject(fault: Fault): void;
}

/** Certificate and key for serving https, PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

/** How a double is started. */
export interface DoubleOptions {
  readonly tls?: ServerTls;
  /** Awaited after each request that may have changed something, before it is answered. */
  readonly onChange?: () => Promise<void>;
}

/** Starts a service on a free port of 127.0.0.1; it ends with the test. */
export async function startApiDouble(
  t: Pick<TestContext, 'after'>,
  respond: (request: SeenRequest) => ApiReply | Promise<ApiReply>,
  { tls, onChange }: DoubleOptions = {},
): Promise<ApiDouble> {
  const answer = async (request: SeenRequest): Promise<ApiReply> => {
    const reply = await respond(request);
    if (request.method !== 'GET') await onChange?.();
    return reply;
  };
  const requests: SeenRequest[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(message);
    requests.push(request);
    const active = faults.find(({ fault, left }) => left > 0 && (fault.on?.(request) ?? true));
    if (active === undefined) {
      send(response, await answer(request));
      return;
    }
    active.left -= 1;
    active.fault.before?.();
    const reply = active.fault.reply ?? (await answer(request));
    damaged(response, reply, active.fault.damage);
  };
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    serve(message, response).catch((error) => send(response, { status: 599, body: String(error) }));
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`,
    port,
    requests,
    inject: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
  };
}

async function read(message: IncomingMessage): Promise<SeenRequest> {
  const target = message.url ?? '/';
  const [path = '/', query = ''] = target.split('?');
  return {
    method: message.method ?? '',
    path,
    query: new URLSearchParams(query),
    target,
    headers: message.headers,
    body: await text(message),
  };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: ApiReply): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers }).end(body);
}

function damaged(response: ServerResponse, reply: ApiReply, damage: Fault['damage']): void {
  const { status, headers = {}, body = '' } = reply;
  if (damage === undefined) send(response, reply);
  else if (damage === 'reset') response.destroy();
  else if (damage === 'garbage') send(response, { status, headers, body: '<html>{"success": tru' });
  else if (damage === 'truncated') {
    response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body) + 50) });
    response.write(body, () => response.destroy());
  }
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
