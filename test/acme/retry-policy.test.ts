import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTransient, type RetryContext, retryDelay } from '../../src/acme/retry-policy.ts';
import { WacsError } from '../../src/core/errors.ts';
import { response, unreachable } from './fake-http.ts';
import { retry } from './fake-transport.ts';

const now = new Date('2026-03-01T00:00:00Z');
const context = (changes: Partial<RetryContext> = {}): RetryContext => ({
  attempt: 1,
  random: { next: () => 0.5 },
  retry,
  now,
  elapsedMs: 0,
  ...changes,
});
const busy = (retryAfter?: string) =>
  response({ status: 503, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });

test('overload, rate limits and network failures may pass; refusals do not', () => {
  for (const status of [408, 429, 500, 502, 503, 504]) assert.equal(isTransient(response({ status })), true);
  for (const status of [200, 201, 400, 401, 403, 404, 409, 501]) assert.equal(isTransient(response({ status })), false);
  assert.equal(isTransient(unreachable), true);
  assert.equal(isTransient(new WacsError('Interrupted', 'interrupted by SIGINT')), false);
});

test('an untrusted certificate does not become trusted by trying again', () => {
  for (const code of [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]) {
    const cause = Object.assign(new Error('no trust'), { code });
    assert.equal(isTransient(new WacsError('AcmeUnreachable', 'no trust', { cause })), false, code);
  }
  const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  assert.equal(isTransient(new WacsError('AcmeUnreachable', 'reset', { cause })), true);
});

test('the back-off doubles, stays within half and whole, and has an upper bound', () => {
  const delays = (random: number) =>
    [1, 2, 3].map((attempt) => retryDelay(unreachable, context({ attempt, random: { next: () => random } })));
  assert.deepEqual(delays(0), [500, 1000, 2000]);
  assert.deepEqual(delays(1), [1000, 2000, 4000]);
  const late = context({ attempt: 15, retry: { ...retry, attempts: 20 }, random: { next: () => 1 } });
  assert.equal(retryDelay(busy(), late), 30_000);
});

test('after the last attempt there is none', () => {
  assert.equal(retryDelay(unreachable, context({ attempt: retry.attempts })), undefined);
  assert.equal(retryDelay(busy('1'), context({ attempt: retry.attempts })), undefined);
});

test('Retry-After is honoured up to the limit, all waits together', () => {
  assert.equal(retryDelay(busy('600'), context()), 600_000);
  assert.equal(retryDelay(busy('601'), context()), undefined);
  assert.equal(retryDelay(busy('60'), context({ elapsedMs: 540_000 })), 60_000);
  assert.equal(retryDelay(busy('60'), context({ elapsedMs: 540_001 })), undefined);
});

test('a Retry-After of now or the past still waits a moment', () => {
  assert.equal(retryDelay(busy('0'), context()), retry.firstDelayMs);
  assert.equal(retryDelay(busy('Sat, 28 Feb 2026 00:00:00 GMT'), context()), retry.firstDelayMs);
});
