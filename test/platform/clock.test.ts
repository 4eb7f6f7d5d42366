import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';

test('sleep lasts as long as asked', async () => {
  const start = performance.now();
  await systemClock.sleep(60);
  assert.ok(performance.now() - start >= 59);
});

test('sleep rejects with the reason of the signal, before and during the wait', async () => {
  const reason = new Error('stop');
  await assert.rejects(systemClock.sleep(10_000, AbortSignal.abort(reason)), (error) => error === reason);
  await assert.rejects(systemClock.sleep(0, AbortSignal.abort(reason)), (error) => error === reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(systemClock.sleep(10_000, controller.signal), (error) => error === reason);
});

test('a sleep longer than a timer allows does not end at once', async () => {
  const controller = new AbortController();
  const reason = new Error('still asleep');
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(systemClock.sleep(2 ** 40, controller.signal), (error) => error === reason);
});

test('random numbers lie in [0, 1) and differ', () => {
  const drawn = Array.from({ length: 1_000 }, () => systemRandom.next());
  assert.ok(drawn.every((value) => value >= 0 && value < 1));
  assert.equal(new Set(drawn).size, drawn.length);
});
