import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RenewalInfo, RenewalInfoSource } from '../../src/core/acme.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { RenewalInfoState } from '../../src/core/renewal.ts';
import { refreshRenewalInfo, shouldAsk } from '../../src/core/renewal-info.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { certificateState, day, hour } from './samples.ts';

const start = new Date('2026-03-01T00:00:00Z');
const at = (hours: number): Date => new Date(start.getTime() + hours * hour);
const answer: RenewalInfo = { windowStart: at(100), windowEnd: at(200), askAgainAt: at(6) };

/** Services whose source gives one answer and whose random numbers come in turn. */
function services(answers: () => Promise<RenewalInfo | undefined>, ...numbers: number[]) {
  const source: RenewalInfoSource = { getRenewalInfo: answers };
  const random = { next: () => numbers.shift() ?? assert.fail('one random number too many') };
  return { source, random, clock: createFakeClock(start.toISOString()), log: createMemoryLog() };
}

test('the moment is drawn inside the window', async () => {
  const state = await refreshRenewalInfo(
    'id.1',
    undefined,
    services(async () => answer, 0.25),
  );
  assert.deepEqual(state, { certificateId: 'id.1', ...answer, selectedMoment: at(125) });
});

test('the moment stays while the window stays, whatever is drawn later', async () => {
  const first = await refreshRenewalInfo(
    'id.1',
    undefined,
    services(async () => answer, 0.25),
  );
  const later = { ...answer, askAgainAt: at(12) };
  const second = await refreshRenewalInfo(
    'id.1',
    first,
    services(async () => later, 0.9),
  );
  assert.deepEqual(second.selectedMoment, at(125));
  assert.deepEqual(second.askAgainAt, at(12));
});

test('another window, or another certificate, draws anew', async () => {
  const first = await refreshRenewalInfo(
    'id.1',
    undefined,
    services(async () => answer, 0.25),
  );
  const moved = { ...answer, windowStart: at(0), windowEnd: at(10) };
  const second = await refreshRenewalInfo(
    'id.1',
    first,
    services(async () => moved, 0.5),
  );
  assert.deepEqual(second.selectedMoment, at(5));
  const other = await refreshRenewalInfo(
    'id.2',
    first,
    services(async () => answer, 0.75),
  );
  assert.deepEqual(other.selectedMoment, at(175));
});

test('an explanation is shown once', async () => {
  const explained = { ...answer, explanationUrl: 'https://ca.test/incident' };
  const first = services(async () => explained, 0);
  const state = await refreshRenewalInfo('id.1', undefined, first);
  assert.equal(first.log.lines.filter((line) => line.includes('https://ca.test/incident')).length, 1);
  const second = services(async () => explained, 0);
  await refreshRenewalInfo('id.1', state, second);
  assert.deepEqual(second.log.lines, []);
});

test('a CA that cannot be asked keeps the known moment and is asked again in 6 hours', async () => {
  const known: RenewalInfoState = { certificateId: 'id.1', ...answer, selectedMoment: at(125) };
  const failing = services(() => Promise.reject(new WacsError('AcmeUnreachable', 'no route')));
  assert.deepEqual(await refreshRenewalInfo('id.1', known, failing), { ...known, askAgainAt: at(6) });
  const fault = services(() => Promise.reject(new TypeError('a fault')));
  assert.deepEqual(await refreshRenewalInfo('id.1', undefined, fault), { certificateId: 'id.1', askAgainAt: at(6) });
});

test('a CA without renewal information is asked again in a day, and nothing is drawn', async () => {
  const state = await refreshRenewalInfo(
    'id.1',
    undefined,
    services(async () => undefined),
  );
  assert.deepEqual(state, { certificateId: 'id.1', askAgainAt: at(24) });
});

test('an interruption is no answer of the CA', async () => {
  const stopped = services(() => Promise.reject(interruption()));
  await failureOf(refreshRenewalInfo('id.1', undefined, stopped), 'Interrupted');
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
