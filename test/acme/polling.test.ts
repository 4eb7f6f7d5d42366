import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poll } from '../../src/acme/polling.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';

const policy = { timeoutMs: 60_000, firstLookMs: 50, firstPauseMs: 200, longestPauseMs: 5000 };

/** Polls something that is settled after a number of questions, with a Retry-After on every answer. */
function setUp(settledAfter: number, retryAfter?: string) {
  const clock = createFakeClock();
  const interrupting = new AbortController();
  let questions = 0;
  const run = () =>
    poll(
      {
        async fetch() {
          questions += 1;
          const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
          return {
            status: 200,
            headers,
            data: questions > settledAfter ? 'valid' : 'pending',
            url: 'https://ca.test/',
          };
        },
        parse: ({ data }) => String(data),
        isSettled: (status) => status !== 'pending',
      },
      policy,
      { clock, signal: interrupting.signal },
    );
  return { clock, interrupting, run, questions: () => questions };
}

test('what is settled in no time costs one question, after a short wait', async () => {
  const { clock, run, questions } = setUp(0);
  assert.equal(await run(), 'valid');
  assert.deepEqual([questions(), clock.sleeps], [1, [50]]);
});

test('pauses grow by half up to the longest', async () => {
  const { clock, run } = setUp(12);
  assert.equal(await run(), 'valid');
  assert.deepEqual(clock.sleeps.slice(0, 4), [50, 200, 300, 450]);
  assert.equal(clock.sleeps.at(-1), 5000);
});

test('the limit ends the polling, and is not overrun', async () => {
  const { clock, run } = setUp(1e9);
  const started = clock.now().getTime();
  assert.equal(await run(), undefined);
  assert.ok(clock.now().getTime() - started <= policy.timeoutMs);
});

test('Retry-After takes the place of the pause, within the limit', async () => {
  const patient = setUp(2, '7');
  assert.equal(await patient.run(), 'valid');
  assert.deepEqual(patient.clock.sleeps, [50, 7000, 7000]);
  const tooLong = setUp(2, '61');
  assert.equal(await tooLong.run(), undefined);
  assert.deepEqual(tooLong.clock.sleeps, [50]);
});

test('a Retry-After of 0 does not make a busy loop', async () => {
  const { clock, run } = setUp(2, '0');
  await run();
  assert.deepEqual(clock.sleeps, [50, 200, 200]);
});

test('an interruption ends the wait', async () => {
  const { interrupting, run } = setUp(5);
  interrupting.abort(interruption());
  await failureOf(run(), 'Interrupted');
});
