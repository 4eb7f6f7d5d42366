import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispatch } from './dispatch.ts';
import type { FakeRequest, FakeResponse } from './messages.ts';
import type { FakeAcmeState } from './state.ts';

/** One request and what can be done with it; faults are made of these. */
export interface Exchange {
  readonly state: FakeAcmeState;
  readonly request: FakeRequest;
  /** Lets the CA do its work; the answer is not sent. */
  process(): Promise<FakeResponse>;
  /** Sends the answer whole. */
  send(response: FakeResponse): void;
  /** Announces `missing` more bytes than it sends, then ends the connection. */
  sendCut(response: FakeResponse, missing: number): void;
  /** Sends a status line and then headers without end, one byte every `intervalMs`. */
  dripHeaders(intervalMs: number): void;
  /** Ends the connection with a TCP reset. */
  reset(): void;
  /** Waits, at most until the CA is stopped. */
  wait(milliseconds: number): Promise<void>;
}

/** What an exchange stands on. */
export interface Wire {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The socket beneath TLS, which alone can be reset. */
  readonly rawSocket: Socket | undefined;
}

/** Ties a request to its connection. */
export function createExchange(state: FakeAcmeState, request: FakeRequest, wire: Wire): Exchange {
  return {
    state,
    request,
    process: () => dispatch(state, request),
    send: (answer) => send(wire.response, answer),
    sendCut: (answer, missing) => sendCut(wire.response, answer, missing),
    dripHeaders: (intervalMs) => dripHeaders(wire.message.socket, intervalMs),
    reset: () => reset(wire),
    wait: (milliseconds) => sleep(milliseconds, undefined, { signal: state.signal }).catch(() => undefined),
  };
}

/** Ends a connection with a TCP reset, whatever has been read or sent. */
export function reset({ message, rawSocket }: Pick<Wire, 'message' | 'rawSocket'>): void {
  if (rawSocket === undefined || rawSocket.destroyed) message.socket.destroy();
  else rawSocket.resetAndDestroy();
}

function send(response: ServerResponse, answer: FakeResponse): void {
  const body = serialize(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(body === undefined ? {} : { 'Content-Length': body.length }),
  });
  response.end(body);
}

function sendCut(response: ServerResponse, answer: FakeResponse, missing: number): void {
  const body = serialize(answer.body) ?? Buffer.alloc(0);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': body.length + missing });
  response.flushHeaders();
  response.write(body, () => response.socket?.end());
}

function dripHeaders(socket: Socket, intervalMs: number): void {
  socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
  const timer = setInterval(() => socket.write('x'), intervalMs);
  socket.once('close', () => clearInterval(timer));
}

function serialize(body: FakeResponse['body']): Buffer | undefined {
  if (body === undefined) return undefined;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
