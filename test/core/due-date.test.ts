import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DueContext, decideDue, nextDue } from '../../src/core/due-date.ts';
import type { CertificateState, RenewalInfoState } from '../../src/core/renewal.ts';
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

test('RenewalDays beyond the lifetime gives way when a twentieth is left', () => {
  const next = nextDue(certificateState(issued, 40), undefined, { renewalDays: 55 });
  assert.deepEqual(next, { dueAt: after(38), reason: 'expiresSoon' });
});

const window = { certificateId: 'id.1', windowStart: after(20), windowEnd: after(22), askAgainAt: after(21) };
const moment = { ...window, selectedMoment: after(21) };

test("the moment drawn in the CA's window comes before RenewalDays and the fraction", () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
  const policy = { renewalDays: 5 };
  assert.equal(decide(certificate, context(after(21, -1), { policy }), moment).action, 'nothing');
  const due = decide(certificate, context(after(21), { policy }), moment);
  assert.deepEqual([due.action, due.reason, due.dueAt], ['order', 'renewalInfo', after(21)]);
});

test('a moment drawn for another certificate does not count', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.2' });
  assert.deepEqual(nextDue(certificate, moment, {}), { dueAt: after(60), reason: 'lifetime' });
});

test('renewal information without a moment leaves the fraction in force', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
  assert.equal(nextDue(certificate, window, {}).reason, 'lifetime');
});

test('a window after the last twentieth of the lifetime does not let the certificate expire', () => {
  const certificate = certificateState(issued, 90, { renewalInfoId: 'id.1' });
  const late = { ...moment, selectedMoment: after(95) };
  assert.deepEqual(nextDue(certificate, late, {}), { dueAt: after(85.5), reason: 'expiresSoon' });
  assert.equal(decide(certificate, context(after(85.5)), late).reason, 'expiresSoon');
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
