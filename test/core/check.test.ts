import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateCheck, failedCheck } from '../../src/core/check.ts';
import type { CheckFacts, CheckThresholds } from '../../src/core/check-report.ts';
import type { RenewalHealth } from '../../src/core/renewal-health.ts';
import { day, hour } from './samples.ts';

const now = new Date('2026-06-01T12:00:00Z');
const healthyRun = { command: 'renew', endedAt: before(hour), exitCode: 0, exitName: 'Success' };

function before(milliseconds: number): Date {
  return new Date(now.getTime() - milliseconds);
}

/** A renewal whose certificate lives 90 days, was renewable at 30 days left, and has so many days left. */
function withDaysLeft(days: number, changes: Partial<RenewalHealth> = {}, lifetime = 90): RenewalHealth {
  const notAfter = new Date(now.getTime() + days * day);
  const notBefore = new Date(notAfter.getTime() - lifetime * day);
  return {
    id: 'one',
    friendlyName: 'One',
    hosts: ['one.test'],
    certificate: { thumbprint: 'AA', notBefore, notAfter, revoked: false },
    dueAt: new Date(notAfter.getTime() - (lifetime / 3) * day),
    ...changes,
  };
}

function facts(renewals: readonly RenewalHealth[], changes: Partial<CheckFacts> = {}): CheckFacts {
  return { now, renewals, unreadable: [], lastRun: healthyRun, ...changes };
}

function verdict(given: CheckFacts, thresholds: CheckThresholds = {}): string {
  const { status, findings } = evaluateCheck(given, thresholds);
  return [status, ...findings.map(({ status: each, kind }) => `${kind}=${each}`)].join(' ');
}

const failures = { count: 2, lastAt: before(hour), code: 'ValidationFailed' };

describe('evaluateCheck', () => {
  const cases: readonly (readonly [string, CheckFacts, string, CheckThresholds?])[] = [
    ['a certificate that is not due', facts([withDaysLeft(40)]), 'OK'],
    ['due since a day', facts([withDaysLeft(29)]), 'OK'],
    ['due since three days', facts([withDaysLeft(27)]), 'WARNING overdue=WARNING'],
    ['under a quarter', facts([withDaysLeft(22)]), 'WARNING expiresSoon=WARNING overdue=WARNING'],
    ['under a tenth', facts([withDaysLeft(8.9)]), 'CRITICAL expiresSoon=CRITICAL overdue=WARNING'],
    ['expired', facts([withDaysLeft(-0.1)]), 'CRITICAL expired=CRITICAL overdue=WARNING'],
    [
      'under a tenth, but chosen to be renewed later still',
      facts([withDaysLeft(8.9, { dueAt: new Date(now.getTime() + day) })]),
      'OK',
    ],
    ['6 days of life, due since half a day', facts([withDaysLeft(1.6, {}, 6)]), 'OK'],
    ['6 days of life, a day left', facts([withDaysLeft(1, {}, 6)]), 'WARNING expiresSoon=WARNING overdue=WARNING'],
    ['failing with time left', facts([withDaysLeft(29, { failures })]), 'WARNING failing=WARNING'],
    [
      'failing under a quarter',
      facts([withDaysLeft(22, { failures })]),
      'CRITICAL failing=CRITICAL expiresSoon=WARNING',
    ],
    [
      'revoked',
      facts([
        withDaysLeft(40, {
          certificate: { thumbprint: 'AA', notBefore: before(day), notAfter: before(-day * 40), revoked: true },
        }),
      ]),
      'CRITICAL revoked=CRITICAL',
    ],
    ['nothing in use yet', facts([{ id: 'n', friendlyName: 'N', hosts: [] }]), 'WARNING noCertificate=WARNING'],
    ['own threshold for a warning', facts([withDaysLeft(40)]), 'WARNING expiresSoon=WARNING', { warningDays: 41 }],
    ['own threshold for critical', facts([withDaysLeft(40)]), 'CRITICAL expiresSoon=CRITICAL', { criticalDays: 41 }],
    ['own thresholds replace the parts', facts([withDaysLeft(28.5)]), 'OK', { warningDays: 10, criticalDays: 5 }],
    ['exactly at the threshold', facts([withDaysLeft(40)]), 'OK', { warningDays: 40 }],
    [
      'an unreadable file',
      facts([withDaysLeft(40)], { unreadable: [{ id: 'x', message: 'cannot use x' }] }),
      'CRITICAL unreadable=CRITICAL',
    ],
    ['nothing to check', facts([]), 'UNKNOWN nothingToCheck=UNKNOWN'],
    ['never run', { now, renewals: [withDaysLeft(40)], unreadable: [] }, 'UNKNOWN lastRun=UNKNOWN'],
    ['a run two days ago', facts([withDaysLeft(40)], { lastRun: { ...healthyRun, endedAt: before(2 * day) } }), 'OK'],
    [
      'a run three days ago',
      facts([withDaysLeft(40)], { lastRun: { ...healthyRun, endedAt: before(3 * day) } }),
      'WARNING lastRun=WARNING',
    ],
    [
      'a run eight days ago',
      facts([withDaysLeft(40)], { lastRun: { ...healthyRun, endedAt: before(8 * day) } }),
      'CRITICAL lastRun=CRITICAL',
    ],
    ['a run in the future', facts([withDaysLeft(40)], { lastRun: { ...healthyRun, endedAt: before(-day) } }), 'OK'],
    [
      'a run that failed',
      facts([withDaysLeft(40)], { lastRun: { ...healthyRun, exitCode: 37, exitName: 'TaskUnhealthy' } }),
      'WARNING lastRun=WARNING',
    ],
    [
      'a run with nothing due',
      facts([withDaysLeft(40)], { lastRun: { ...healthyRun, exitCode: 15, exitName: 'NothingDue' } }),
      'OK',
    ],
    ...(['missing', 'unhealthy'] as const).map(
      (state) =>
        [
          `a task that is ${state}`,
          facts([withDaysLeft(40)], { task: { name: 't', state, problems: [] } }),
          'WARNING task=WARNING',
        ] as const,
    ),
    ...(['healthy', 'unknown', 'unsupported'] as const).map(
      (state) =>
        [
          `a task that is ${state}`,
          facts([withDaysLeft(40)], { task: { name: 't', state, problems: [] } }),
          'OK',
        ] as const,
    ),
  ];
  for (const [name, given, expected, thresholds] of cases) {
    it(`${name}: ${expected}`, () => assert.equal(verdict(given, thresholds), expected));
  }

  it('puts the worst first, whatever the order of the renewals', () => {
    const renewals = [withDaysLeft(40), withDaysLeft(27, { id: 'late' }), withDaysLeft(-3, { id: 'gone' })];
    const { findings, summary } = evaluateCheck(facts(renewals));
    assert.deepEqual(
      findings.map(({ renewalId }) => renewalId),
      ['gone', 'late', 'gone'],
    );
    assert.equal(findings[0]?.text, '"One" expired 3 days ago');
    assert.equal(summary, '3 renewals, last run 60 minutes ago');
  });

  it('sums up what is well', () => {
    const { summary } = evaluateCheck(facts([withDaysLeft(60), withDaysLeft(40.55, { id: 'first' })]));
    assert.equal(summary, '2 renewals, the first certificate expires in 40.5 days, last run 60 minutes ago');
  });
});

describe('failedCheck', () => {
  it('has one finding that says why', () => {
    const { status, findings } = failedCheck('cannot read it', now, 'UNKNOWN');
    assert.equal(status, 'UNKNOWN');
    assert.deepEqual(findings, [{ status: 'UNKNOWN', kind: 'checkFailed', text: 'cannot read it' }]);
  });
});

describe('several certificates of a renewal', () => {
  const first = withDaysLeft(40, { part: 'a.test' });
  const second = withDaysLeft(-1, { part: 'b.test' });

  it('are one renewal, and each has its own findings', () => {
    const { summary, findings } = evaluateCheck(facts([first, second]));
    assert.match(summary, /^1 renewal, /);
    assert.deepEqual(
      findings.map(({ kind, renewalId, part }) => [kind, renewalId, part]),
      [
        ['expired', 'one', 'b.test'],
        ['overdue', 'one', 'b.test'],
      ],
    );
    assert.match(findings[0]?.text ?? '', /^"One \(b\.test\)" expired /);
  });
});
