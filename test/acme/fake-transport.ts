import { AcmeTransport, type SignBody } from '../../src/acme/transport.ts';
import type { RetryPolicy } from '../../src/core/policies.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { baseUri, createFakeServer } from './fake-http.ts';

export const retry: RetryPolicy = {
  requestTimeoutMs: 30_000,
  attempts: 4,
  firstDelayMs: 1000,
  longestWaitMs: 600_000,
};

/** A real transport in front of a fake server. */
export function createTransport(uri = baseUri) {
  const server = createFakeServer();
  const clock = createFakeClock();
  const log = createMemoryLog();
  const interrupting = new AbortController();
  const services = { http: server, clock, random: { next: () => 0.5 }, log, retry, signal: interrupting.signal };
  return { server, clock, log, interrupting, services, transport: new AcmeTransport(uri, services) };
}

/** A signature in form only, for tests that are about the transport alone. */
export const sign: SignBody = (nonce) => ({
  protected: Buffer.from(JSON.stringify({ nonce })).toString('base64url'),
  payload: '',
  signature: '',
});
