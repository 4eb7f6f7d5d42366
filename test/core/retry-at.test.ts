import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DueDecision } from '../../src/core/due-date.ts';
import type { FailureState, HistoryEntry } from '../../src/core/renewal.ts';
import { PostponedAttempt, respectRetryAt } from '../../src/core/retry-at.ts';
import { certificateState, day, hour, renewal } from './samples.ts';

const start = new Date('2026-03-01T00:00:00Z');
const at = (hours: number): Date => new Date(start.getTime() + hours * hour);
const order: DueDecision = { action: 'order', reason: 'lifetime', dueAt: start };
const minute = 1 / 60;

/** The moment until which an order has to wait; undefined when it may be made. */
function waitsUntil(
  failures: Partial<FailureState>,
  now: Date,
  { history = [] as readonly HistoryEntry[], daysLeft = 30, force = false, decision = order } = {},
): Date | undefined {
  const certificate = certificateState(new Date(start.getTime() - 60 * day), 60 + daysLeft);
  const failed = { count: 1, lastAt: start, code: 'AcmeRateLimited', message: 'too many', ...failures };
  try {
    respectRetryAt({ ...renewal({ certificate, failures: failed }), history }, decision, { now, force });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof PostponedAttempt, String(error));
    assert.equal(error.code, 'AcmeRateLimited');
    assert.ok(error.message.includes('too many') && error.hint?.includes('--force'), error.message);
    return error.details.retryAt;
  }
}

test("the CA's not-before holds until it has passed; without one, or by force, nothing waits", () => {
  assert.deepEqual(waitsUntil({ retryAt: at(34) }, at(1)), at(34));
  assert.equal(waitsUntil({ retryAt: at(34) }, at(34)), undefined);
  assert.equal(waitsUntil({}, at(1)), undefined);
  assert.equal(waitsUntil({ retryAt: at(34) }, at(1), { force: true }), undefined);
});

test('a deployment and a renewal that is not due wait for nobody', () => {
  for (const action of ['deploy', 'nothing'] as const)
    assert.equal(waitsUntil({ retryAt: at(34) }, at(1), { decision: { ...order, action } }), undefined);
});

test('a not-before beyond the end of the certificate is tried once a day', () => {
  const retryAt = at(100 * 24);
  assert.deepEqual(waitsUntil({ retryAt }, at(1), { daysLeft: 2 }), at(20));
  assert.equal(waitsUntil({ retryAt }, at(20), { daysLeft: 2 }), undefined);
});

test('a not-before in the far future holds for 30 days', () => {
  assert.deepEqual(waitsUntil({ retryAt: at(24 * 3650) }, at(1), { daysLeft: 9999 }), at(30 * 24));
});

test('a failure dated in the future was noted under a wrong clock and does not count', () => {
  assert.equal(waitsUntil({ lastAt: at(24 * 365), retryAt: at(24 * 400) }, at(1), { daysLeft: 999 }), undefined);
});

/** Failures at minutes after the start. */
function failedAt(minutes: readonly number[], code = 'ValidationFailed'): HistoryEntry[] {
  return minutes.map((count) => ({ date: at(count * minute), result: 'failed', code, message: 'no' }));
}

test('after five failed attempts within an hour, the next is an hour after the first of them', () => {
  const history = failedAt([0, 10, 20, 30, 40]);
  assert.deepEqual(waitsUntil({}, at(41 * minute), { history }), at(1));
  assert.equal(waitsUntil({}, at(1), { history }), undefined);
  assert.equal(waitsUntil({}, at(41 * minute), { history, force: true }), undefined);
  assert.equal(waitsUntil({}, at(41 * minute), { history: history.slice(1) }), undefined);
});

test('runs of a task that fail for days are tried each time', () => {
  const history = failedAt(Array.from({ length: 60 }, (_, run) => run * 360));
  assert.equal(waitsUntil({}, at(60 * 6), { history }), undefined);
});

test('attempts that have not reached the CA, and deployments, do not count', () => {
  for (const code of ['AcmeUnreachable', 'StoreError', 'ScriptFailed', 'ConfigurationError'])
    assert.equal(waitsUntil({}, at(10 * minute), { history: failedAt([0, 1, 2, 3, 4, 5], code) }), undefined);
  const renewed = failedAt([0, 1, 2, 3, 4]).map(({ date }): HistoryEntry => ({ date, result: 'renewed' }));
  assert.equal(waitsUntil({}, at(10 * minute), { history: renewed }), undefined);
});
