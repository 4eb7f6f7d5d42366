import type { IncomingMessage, ServerResponse } from 'node:http';
import { WacsError } from '../core/errors.ts';
import type { HttpChallengeServer, Log } from '../core/ports.ts';
import { errorCode } from './file-errors.ts';
import { type Listener, listenOnAllAddresses } from './http-listener.ts';

const challengePrefix = '/.well-known/acme-challenge/';
const shownPathLength = 200;

interface Entry {
  readonly keyAuthorization: string;
  /** Two orders of one account may share an authorization, hence a token. */
  holders: number;
}

interface Port {
  readonly entries: Map<string, Entry>;
  listener: Listener | undefined;
  /** Publishing and withdrawing on one port happen one after the other. */
  queue: Promise<void>;
}

/**
 * Answers HTTP-01 challenges itself: one listener a port, shared by all tokens there, on IPv4 and IPv6.
 * @throws (from `publish`) WacsError ValidationSetupError naming the port and why it cannot be used
 */
export function createHttpChallengeServer(log: Log): HttpChallengeServer {
  const ports = new Map<number, Port>();
  return {
    publish: (port, token, keyAuthorization) =>
      inTurn(portOf(ports, port), (state) => publish({ state, port, log }, token, keyAuthorization)),
    withdraw: (port, token) => inTurn(portOf(ports, port), (state) => withdraw(state, token)),
  };
}

function portOf(ports: Map<number, Port>, port: number): Port {
  const known = ports.get(port);
  if (known !== undefined) return known;
  const fresh: Port = { entries: new Map(), listener: undefined, queue: Promise.resolve() };
  ports.set(port, fresh);
  return fresh;
}

function inTurn(state: Port, work: (state: Port) => Promise<void>): Promise<void> {
  const done = state.queue.then(() => work(state));
  state.queue = done.catch(() => undefined);
  return done;
}

interface Place {
  readonly state: Port;
  readonly port: number;
  readonly log: Log;
}

async function publish({ state, port, log }: Place, token: string, keyAuthorization: string): Promise<void> {
  state.listener ??= await listen(port, (request, response) => answer(state.entries, { request, response, log }));
  const holders = (state.entries.get(token)?.holders ?? 0) + 1;
  state.entries.set(token, { keyAuthorization, holders });
}

async function withdraw(state: Port, token: string): Promise<void> {
  const entry = state.entries.get(token);
  if (entry === undefined) return;
  entry.holders -= 1;
  if (entry.holders === 0) state.entries.delete(token);
  if (state.entries.size > 0) return;
  const { listener } = state;
  state.listener = undefined;
  await listener?.close();
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Log;
}

function answer(entries: ReadonlyMap<string, Entry>, { request, response, log }: Exchange): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const entry = path.startsWith(challengePrefix) ? entries.get(path.slice(challengePrefix.length)) : undefined;
  const served = entry !== undefined && (request.method === 'GET' || request.method === 'HEAD');
  const body = served
    ? entry.keyAuthorization
    : 'This port answers ACME challenges only, and knows none of this name.\n';
  log.verbose(
    `challenge request from ${request.socket.remoteAddress ?? 'an unknown address'}: ` +
      `${request.method} ${path.slice(0, shownPathLength)}: ${served ? 200 : 404}`,
  );
  response.writeHead(served ? 200 : 404, {
    'content-type': served ? 'application/octet-stream' : 'text/plain',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
}

async function listen(port: number, handler: Parameters<typeof listenOnAllAddresses>[1]): Promise<Listener> {
  try {
    return await listenOnAllAddresses(port, handler);
  } catch (error) {
    throw listenFailure(port, error);
  }
}

const otherWays =
  'stop it for the time of the validation, forward another port with --validationport, or use filesystem validation';

function listenFailure(port: number, cause: unknown): WacsError {
  const code = errorCode(cause) ?? '';
  const message = `cannot listen on port ${port} for the HTTP challenge`;
  if (code === 'EADDRINUSE' || (code === 'EACCES' && process.platform === 'win32')) {
    const hint = `find the program that owns the port (IIS and others share it through http.sys, process 4); ${otherWays}`;
    return new WacsError('ValidationSetupError', `${message}: another program uses it (${code})`, { hint, cause });
  }
  if (code === 'EACCES') {
    const hint = 'run this as root, forward a port above 1023 with --validationport, or use filesystem validation';
    return new WacsError('ValidationSetupError', `${message}: ports below 1024 need root (${code})`, { hint, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WacsError('ValidationSetupError', `${message}: ${reason}`, { cause });
}
