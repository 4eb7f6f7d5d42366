import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { problemResponse } from './dispatch.ts';
import { createExchange, type Exchange, type Wire } from './exchange.ts';
import { type ActiveRule, takeFault } from './fault-rules.ts';
import type { FakeRequest } from './messages.ts';
import { problem } from './problem.ts';
import type { LoggedRequest } from './request-log.ts';
import { parseResourcePath } from './resources.ts';
import { readHeader, readPayload } from './signed-request.ts';
import type { FakeAcmeState } from './state.ts';

/** What serving needs beside the CA's own state. */
export interface Serving {
  readonly state: FakeAcmeState;
  readonly rules: readonly ActiveRule[];
  readonly requests: LoggedRequest[];
}

/** Logs a request, reads it, and lets the CA or a fault answer it. */
export async function serve(serving: Serving, wire: Wire): Promise<void> {
  const path = wire.message.url ?? '/';
  const target = parseResourcePath(path);
  const logged = logRequest(serving, wire.message, target?.kind);
  if (target === undefined) return answerNotFound(serving.state, wire, path);
  const early = openExchange(serving.state, wire, { ...target, body: '' });
  const earlyFault = takeFault(serving.rules, { kind: target.kind, phase: 'headers', payload: undefined });
  if (earlyFault !== undefined) return earlyFault.apply(early);
  const exchange = openExchange(serving.state, wire, { ...target, body: await text(wire.message) });
  const payload = readPayload(exchange.request);
  if (payload !== undefined) logged.payload = payload;
  const header = readHeader(exchange.request);
  if (typeof header?.nonce === 'string') logged.nonce = header.nonce;
  if (header !== undefined) logged.signedBy = 'jwk' in header ? 'jwk' : 'kid';
  const fault = takeFault(serving.rules, { kind: target.kind, phase: 'body', payload });
  if (fault !== undefined) return fault.apply(exchange);
  exchange.send(await exchange.process());
}

function logRequest(serving: Serving, message: IncomingMessage, kind: LoggedRequest['kind']): LoggedRequest {
  const logged: LoggedRequest = {
    method: message.method ?? '',
    path: message.url ?? '/',
    kind,
    at: new Date(),
    userAgent: message.headers['user-agent'],
  };
  serving.requests.push(logged);
  return logged;
}

function openExchange(state: FakeAcmeState, wire: Wire, target: Pick<FakeRequest, 'kind' | 'id' | 'body'>): Exchange {
  const { method = '', url = '/', headers } = wire.message;
  return createExchange(state, { ...target, method, headers, url: `${state.baseUrl}${url}` }, wire);
}

function answerNotFound(state: FakeAcmeState, wire: Wire, path: string): void {
  const { send } = openExchange(state, wire, { kind: 'directory', id: '', body: '' });
  send(problemResponse(problem('malformed', 404, `no such resource: ${path}`)));
}
