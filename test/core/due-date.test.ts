import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DueContext, type DuePolicy, decideDue, isTooLate, isUrgent, nextDue } from '../../src/core/due-date.ts';
import type { CertificateState, RenewalInfoState, RenewalState } from '../../src/core/renewal.ts';
import { certificateState, day, hour, renewal } from './samples.ts';

const issued = new Date('2026-01-01T00:00:00Z');
const after = (days: number, extraMs = 0): Date => new Date(issued.getTime() + days * day + extraMs);
const context = (now: Date, changes: Partial<DueContext> = {}): DueContext => ({
  now,
  policy: {},
  planKey: 'plan',
  force: false,
  ...changes,
});

function decide(certificate: CertificateState, at: DueContext, renewalInfo?: RenewalInfoState) {
  return decideDue(renewal({ certificate, ...(renewalInfo === undefined ? {} : { renewalInfo }) }), at);
}

const byLifetime = [
  { days: 90, dueDay: 60 },
  { days: 47, dueDay: (47 * 2) / 3 },
  { days: 45, dueDay: 30 },
  { days: 10, dueDay: 20 / 3 },
  { days: 6, dueDay: 3 },
];

for (const { days, dueDay } of byLifetime) {
  test(`a certificate of ${days} days is due ${dueDay.toFixed(2)} days after issuance, not a moment earlier`, () => {
    const certificate = certificateState(issued, days);
    const early = decide(certificate, context(after(dueDay, -1)));
    assert.deepEqual([early.action, early.reason], ['nothing', 'notDue']);
    assert.equal(early.dueAt.getTime(), after(dueDay).getTime());
    const due = decide(certificate, context(after(dueDay)));
    assert.deepEqual([due.action, due.reason], ['order', 'lifetime']);
  });
}

test('RenewalDays takes the place of the fraction', () => {
  const policy = { renewalDays: 55 };
  const certificate = certificateState(issued, 90);
  assert.deepEqual(nextDue(certificate, undefined, policy), { dueAt: after(55), reason: 'renewalDays' });
  assert.equal(decide(certificate, context(after(55, -1), { policy })).action, 'nothing');
  assert.equal(decide(certificate, context(after(55), { policy })).action, 'order');
});

for (const { days, renewalDays, dueDay, reason } of [
  { days: 90, renewalDays: 83, dueDay: 83, reason: 'renewalDays' },
  { days: 90, renewalDays: 84, dueDay: 60, reason: 'lifetime' },
  { days: 64, renewalDays: 55, dueDay: 55, reason: 'renewalDays' },
  { days: 47, renewalDays: 55, dueDay: (47 * 2) / 3, reason: 'lifetime' },
  { days: 6, renewalDays: 4, dueDay: 4, reason: 'renewalDays' },
  { days: 6, renewalDays: 5, dueDay: 3, reason: 'lifetime' },
] as const) {
  test(`RenewalDays ${renewalDays} of ${days} days: due after ${dueDay.toFixed(2)} days`, () => {
    const certificate = certificateState(issued, days);
    const policy = { renewalDays };
    assert.deepEqual(nextDue(certificate, undefined, policy), { dueAt: after(dueDay), reason });
    assert.equal(isTooLate(certificate, policy), reason === 'lifetime');
  });
}

for (const { minimumValidDays, dueDay, reason } of [
  { minimumValidDays: 0, dueDay: 85.5, reason: 'expiresSoon' },
  { minimumValidDays: 20, dueDay: 70, reason: 'expiresSoon' },
  { minimumValidDays: 40, dueDay: 60, reason: 'expiresSoon' },
] as const) {
  test(`RenewalMinimumValidDays ${minimumValidDays}: no later than after ${dueDay} days, whatever the CA's window says`, () => {
    const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
    const late = { ...moment, selectedMoment: after(89) };
    assert.deepEqual(nextDue(certificate, late, { minimumValidDays }), { dueAt: after(dueDay), reason });
  });
}

test('RenewalDaysRange gives each certificate a moment of its own before the rule, and always the same', () => {
  const dueAt = (thumbprint: string, policy: DuePolicy): number =>
    nextDue(certificateState(issued, 90, { thumbprint }), undefined, policy).dueAt.getTime();
  const policy = { renewalDays: 55, renewalDaysRange: 10 };
  assert.equal(dueAt('00000000AA', policy), after(55).getTime());
  assert.equal(dueAt('80000000AA', policy), after(50).getTime());
  assert.ok(dueAt('FFFFFFFFAA', policy) >= after(45).getTime());
  assert.equal(dueAt('80000000AA', { renewalDaysRange: 10 }), after(55).getTime());
  const absurd = { renewalDays: 55, renewalDaysRange: 3650 };
  assert.equal(dueAt('80000000AA', absurd), after(41.25).getTime(), 'a fresh certificate is not due');
});

const window = { certificateId: 'id.1', windowStart: after(20), windowEnd: after(25), askAgainAt: after(21) };
const moment = { ...window, selectedMoment: after(24) };
const asked = certificateState(issued, 90, { renewalInfoId: 'id.1' });

test("the moment drawn in the CA's window comes before RenewalDays and the fraction", () => {
  const policy = { renewalDays: 5 };
  assert.deepEqual(nextDue(asked, moment, policy), { dueAt: after(24), reason: 'renewalInfo' });
  assert.equal(decide(asked, context(after(22), { policy }), moment).action, 'nothing');
  const due = decide(asked, context(after(24), { policy }), moment);
  assert.deepEqual([due.action, due.reason, due.dueAt], ['order', 'renewalInfo', after(24)]);
});

test('in an open window a moment before the next run of the task counts as come', () => {
  assert.equal(decide(asked, context(after(23)), moment).action, 'nothing');
  const due = decide(asked, context(after(23, 1)), moment);
  assert.deepEqual([due.action, due.reason], ['order', 'renewalInfo']);
  const shortLived = certificateState(issued, 6, { renewalInfoId: 'id.1' });
  const early = { ...moment, windowStart: after(2), selectedMoment: after(2.75) };
  assert.equal(decide(shortLived, context(after(2.5)), early).action, 'nothing');
  assert.equal(decide(shortLived, context(after(2.5, 1)), early).action, 'order');
});

test('before the window opens nothing is ordered, even if the next run will be late', () => {
  const soon = { ...moment, windowEnd: after(20.1), selectedMoment: after(20.05) };
  assert.equal(decide(asked, context(after(20, -1)), soon).action, 'nothing');
  assert.equal(decide(asked, context(after(20)), soon).action, 'order');
});

test('a window that the CA has moved forward is not waited for when the next run may come too late', () => {
  const hurried = { ...moment, selectedMoment: after(21), hurried: true };
  assert.equal(decide(asked, context(after(21, -28 * hour)), hurried).action, 'nothing');
  assert.equal(decide(asked, context(after(21, 1 - 28 * hour)), hurried).action, 'order');
  const shortLived = certificateState(issued, 6, { renewalInfoId: 'id.1' });
  const soon = { ...hurried, windowStart: after(2), selectedMoment: after(2.5) };
  assert.equal(decide(shortLived, context(after(2.5, -10 * hour)), soon).action, 'nothing');
  assert.equal(decide(shortLived, context(after(2.5, 1 - 10 * hour)), soon).action, 'order');
});

test('RenewalDisableServerSchedule leaves the window out of account', () => {
  const policy = { disableServerSchedule: true };
  assert.deepEqual(nextDue(asked, moment, policy), { dueAt: after(60), reason: 'lifetime' });
  assert.equal(decide(asked, context(after(24.5), { policy }), moment).action, 'nothing');
  assert.equal(isUrgent(renewal({ certificate: asked, renewalInfo: moment }), { now: after(24.5), policy }), false);
});

test('urgent is what is about to expire, and what lies in its window', () => {
  const urgent = (now: Date, state: RenewalState): boolean => isUrgent(renewal(state), { now, policy: {} });
  assert.equal(urgent(after(82), { certificate: asked }), false);
  assert.equal(urgent(after(83), { certificate: asked }), true);
  assert.equal(urgent(after(19), { certificate: asked, renewalInfo: moment }), false);
  assert.equal(urgent(after(21), { certificate: asked, renewalInfo: moment }), true);
  assert.equal(urgent(after(21), {}), false);
});

test('a moment drawn for another certificate does not count', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.2' });
  assert.deepEqual(nextDue(certificate, moment, {}), { dueAt: after(60), reason: 'lifetime' });
});

test('renewal information without a moment leaves the fraction in force', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
  assert.equal(nextDue(certificate, window, {}).reason, 'lifetime');
});

test('a window in the last week does not let the certificate expire; of short lifetimes half the reserve is left', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
  const late = { ...moment, selectedMoment: after(95) };
  assert.deepEqual(nextDue(certificate, late, {}), { dueAt: after(83), reason: 'expiresSoon' });
  assert.equal(decide(certificate, context(after(83)), late).reason, 'expiresSoon');
  const shortLived = certificateState(issued, 6, { renewalInfoId: 'id.1' });
  assert.deepEqual(nextDue(shortLived, late, {}), { dueAt: after(4.5), reason: 'expiresSoon' });
});

test('a renewal without a certificate is new', () => {
  const now = after(1);
  assert.deepEqual(decideDue(renewal(), context(now)), { action: 'order', reason: 'new', dueAt: now });
});

const fresh = certificateState(issued, 90);
const immediate: [string, CertificateState, Partial<DueContext>][] = [
  ['forced', fresh, { force: true }],
  ['changed', fresh, { planKey: 'another plan' }],
  ['revoked', { ...fresh, revoked: true }, {}],
];

for (const [reason, certificate, changes] of immediate) {
  test(`a ${reason} renewal is due at once`, () => {
    const now = after(1);
    assert.deepEqual(decide(certificate, context(now, changes)), { action: 'order', reason, dueAt: now });
  });
}

test('a failed deployment is due at once, without an order', () => {
  const decision = decide({ ...fresh, deployed: false }, context(after(1, hour)));
  assert.deepEqual([decision.action, decision.reason], ['deploy', 'deployment']);
});

test('a certificate that is due is ordered even when its deployment had failed', () => {
  assert.equal(decide({ ...fresh, deployed: false }, context(after(60))).action, 'order');
});
