import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RenewalInfo, RenewalInfoSource } from '../../src/core/acme.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { RenewalInfoState } from '../../src/core/renewal.ts';
import { askRenewalInfo, learnRenewalInfo, refreshRenewalInfo, shouldAsk } from '../../src/core/renewal-info.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { certificateState, day, hour, renewal } from './samples.ts';

const start = new Date('2026-03-01T00:00:00Z');
const at = (hours: number): Date => new Date(start.getTime() + hours * hour);
const answer: RenewalInfo = { windowStart: at(100), windowEnd: at(200), askAgainAt: at(6) };

const inUse = (renewalInfoId: string) => certificateState(start, 90, { renewalInfoId });

/** Services whose source gives one answer and whose random numbers come in turn. */
function services(answers: () => Promise<RenewalInfo | undefined>, ...numbers: number[]) {
  const source: RenewalInfoSource = { getRenewalInfo: answers };
  const random = { next: () => numbers.shift() ?? assert.fail('one random number too many') };
  return { source, random, clock: createFakeClock(start.toISOString()), log: createMemoryLog() };
}

test('the moment is drawn inside the window', async () => {
  const state = await refreshRenewalInfo(
    inUse('id.1'),
    undefined,
    services(async () => answer, 0.25),
  );
  assert.deepEqual(state, { certificateId: 'id.1', ...answer, selectedMoment: at(125) });
});

test('the moment stays while the window stays, whatever is drawn later', async () => {
  const first = await refreshRenewalInfo(
    inUse('id.1'),
    undefined,
    services(async () => answer, 0.25),
  );
  const later = { ...answer, askAgainAt: at(12) };
  const second = await refreshRenewalInfo(
    inUse('id.1'),
    first,
    services(async () => later, 0.9),
  );
  assert.deepEqual(second.selectedMoment, at(125));
  assert.deepEqual(second.askAgainAt, at(12));
});

test('another window, or another certificate, draws anew', async () => {
  const first = await refreshRenewalInfo(
    inUse('id.1'),
    undefined,
    services(async () => answer, 0.25),
  );
  const moved = { ...answer, windowStart: at(300), windowEnd: at(310) };
  const second = await refreshRenewalInfo(
    inUse('id.1'),
    first,
    services(async () => moved, 0.5),
  );
  assert.deepEqual(second.selectedMoment, at(305));
  const other = await refreshRenewalInfo(
    inUse('id.2'),
    first,
    services(async () => answer, 0.75),
  );
  assert.deepEqual(other.selectedMoment, at(175));
});

test('a window that moves forward is marked until it moves back', async () => {
  const known: RenewalInfoState = { certificateId: 'id.1', ...answer, selectedMoment: at(125) };
  const ask = (from: RenewalInfoState, start: number, end: number) =>
    refreshRenewalInfo(
      inUse('id.1'),
      from,
      services(async () => ({ ...answer, windowStart: at(start), windowEnd: at(end) }), 0.5),
    );
  const forward = await ask(known, 1, 5);
  assert.deepEqual([forward.hurried, forward.selectedMoment], [true, at(3)]);
  assert.deepEqual(await ask(forward, 1, 5), forward);
  const back = await ask(forward, 100, 200);
  assert.deepEqual([back.hurried, back.selectedMoment], [undefined, at(150)]);
  assert.equal((await ask(known, 150, 200)).hurried, undefined, 'narrower is no other end');
});

test('an explanation is shown once', async () => {
  const explained = { ...answer, explanationUrl: 'https://ca.test/incident' };
  const first = services(async () => explained, 0);
  const state = await refreshRenewalInfo(inUse('id.1'), undefined, first);
  assert.equal(first.log.lines.filter((line) => line.includes('https://ca.test/incident')).length, 1);
  const second = services(async () => explained, 0);
  await refreshRenewalInfo(inUse('id.1'), state, second);
  assert.deepEqual(second.log.lines, []);
});

const known: RenewalInfoState = { certificateId: 'id.1', ...answer, selectedMoment: at(125) };

/** The pauses after so many failures in a row, in minutes. */
async function pauses(failure: unknown, count: number): Promise<number[]> {
  const minutes: number[] = [];
  let state = known;
  for (let round = 1; round <= count; round++) {
    state = await refreshRenewalInfo(
      inUse('id.1'),
      state,
      services(() => Promise.reject(failure)),
    );
    assert.deepEqual([state.selectedMoment, state.failures], [at(125), round], 'what is known is kept');
    minutes.push((state.askAgainAt.getTime() - start.getTime()) / 60_000);
  }
  return minutes;
}

const problem = { type: 'about:blank', detail: 'down', status: 503 };
const withCode = (code: string) => Object.assign(new Error(code), { code });

for (const [name, failure] of [
  ['a fault of the CA', new WacsError('AcmeUnreachable', 'answered 503', { problem })],
  ['a rate limit', new WacsError('AcmeRateLimited', 'too many')],
  ['silence', new WacsError('AcmeUnreachable', 'no complete answer within 30 s')],
  ['a connection that breaks', new WacsError('AcmeUnreachable', 'reset', { cause: withCode('ECONNRESET') })],
] as const) {
  test(`${name}: the pause doubles from a minute on, up to 6 hours, and the count is kept`, async () => {
    assert.deepEqual(await pauses(failure, 12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
  });
}

for (const [name, failure] of [
  ['no address in DNS', new WacsError('AcmeUnreachable', 'unknown', { cause: withCode('ENOTFOUND') })],
  ['a refused connection', new WacsError('AcmeUnreachable', 'refused', { cause: withCode('ECONNREFUSED') })],
  ['a refusal', new WacsError('AcmeError', 'answered 404')],
  ['an answer that cannot be read', new WacsError('AcmeError', 'a window that ends before it starts')],
  ['a fault of the program', new TypeError('a fault')],
] as const) {
  test(`${name} is asked about again in 6 hours`, async () => {
    assert.deepEqual(await pauses(failure, 2), [360, 360]);
  });
}

test('a Retry-After on a failure takes the place of the pause, within 1 minute and 1 day', async () => {
  const limited = (retryAt: Date) => new WacsError('AcmeRateLimited', 'too many', { retryAt });
  assert.deepEqual(await pauses(limited(at(3)), 1), [180]);
  assert.deepEqual(await pauses(limited(at(-3)), 1), [1]);
  assert.deepEqual(await pauses(limited(at(300)), 1), [24 * 60]);
});

test('an answer ends the count of failures', async () => {
  const failed = { ...known, failures: 7 };
  const given = services(async () => answer);
  assert.deepEqual(await refreshRenewalInfo(inUse('id.1'), failed, given), known);
});

test('a CA without renewal information is asked again in a day, and nothing is drawn', async () => {
  const state = await refreshRenewalInfo(
    inUse('id.1'),
    undefined,
    services(async () => undefined),
  );
  assert.deepEqual(state, { certificateId: 'id.1', askAgainAt: at(24) });
});

test('an interruption is no answer of the CA', async () => {
  const stopped = services(() => Promise.reject(interruption()));
  await failureOf(refreshRenewalInfo(inUse('id.1'), undefined, stopped), 'Interrupted');
});

test('shouldAsk is true from the agreed moment on, and for a certificate nobody has asked about', () => {
  const certificate = certificateState(start, 90, { renewalInfoId: 'id.1' });
  const known = { certificateId: 'id.1', askAgainAt: at(6) };
  assert.equal(shouldAsk(certificate, known, at(5)), false);
  assert.equal(shouldAsk(certificate, known, at(6)), true);
  assert.equal(shouldAsk(certificate, undefined, at(0)), true);
  assert.equal(shouldAsk(certificate, { ...known, certificateId: 'id.0' }, at(0)), true);
});

test('shouldAsk is false for a certificate that has expired or cannot be asked about', () => {
  const certificate = certificateState(start, 1, { renewalInfoId: 'id.1' });
  assert.equal(shouldAsk(certificate, undefined, new Date(start.getTime() + day)), false);
  assert.equal(shouldAsk(certificateState(start, 90), undefined, start), false);
});

test('an agreed moment further off than any CA can ask for was noted under a wrong clock', () => {
  const certificate = certificateState(start, 90, { renewalInfoId: 'id.1' });
  assert.equal(shouldAsk(certificate, { certificateId: 'id.1', askAgainAt: at(24) }, at(0)), false);
  assert.equal(shouldAsk(certificate, { certificateId: 'id.1', askAgainAt: at(24.1) }, at(0)), true);
});

test('switched off in the settings, nobody is asked', async () => {
  const current = renewal({ certificate: inUse('id.1') });
  const given = { ...services(() => assert.fail('asked')), keep: () => assert.fail('recorded') };
  assert.equal(await askRenewalInfo(current, { disableServerSchedule: true }, given), current);
});

test('an answer about a fresh certificate that cannot be recorded is no failure; an interruption is one', async () => {
  const current = renewal({ certificate: inUse('id.1') });
  const full = () => Promise.reject(new WacsError('StorageError', 'disk full'));
  const given = { ...services(async () => answer, 0.5), keep: full };
  await learnRenewalInfo(current, {}, given);
  assert.ok(given.log.lines.some((line) => line.includes('disk full')));
  const stopped = { ...services(() => Promise.reject(interruption())), keep: full };
  await failureOf(learnRenewalInfo(current, {}, stopped), 'Interrupted');
});
