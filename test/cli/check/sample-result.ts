import { evaluateCheck } from '../../../src/core/check.ts';
import type { CheckFacts } from '../../../src/core/check-report.ts';

const now = new Date('2026-06-01T12:00:00Z');
const day = 24 * 60 * 60 * 1000;
const at = (days: number): Date => new Date(now.getTime() + days * day);

/** Facts with a bit of everything: names that need escaping, a failing renewal, one without a certificate. */
export const sampleFacts: CheckFacts = {
  now,
  renewals: [
    {
      id: 'shop',
      friendlyName: 'Shop "a|b" \\ caf\u00e9\n2',
      hosts: ['shop.test', 'www.shop.test'],
      certificate: { thumbprint: 'AA11', notBefore: at(-69.5), notAfter: at(20.5), revoked: false },
      dueAt: at(-9.5),
      failures: { count: 3, lastAt: at(-0.25), code: 'ValidationFailed' },
    },
    {
      id: 'mail',
      friendlyName: 'Mail',
      hosts: ['mail.test'],
      certificate: { thumbprint: 'BB22', notBefore: at(-10), notAfter: at(80), revoked: false },
      dueAt: at(50),
    },
    { id: 'new', friendlyName: 'New', hosts: [] },
  ],
  unreadable: [{ id: 'broken', message: 'cannot use /state/broken.renewal.json: line 2, column 3: not valid JSON' }],
  lastRun: { command: 'renew', endedAt: at(-0.25), exitCode: 60, exitName: 'MultipleFailures' },
  task: { name: 'wacs renew (ca.test)', state: 'unhealthy', problems: ['the task is disabled'] },
};

export const sampleResult = evaluateCheck(sampleFacts);

/** Facts without anything to complain about. */
export const wellFacts: CheckFacts = {
  now,
  renewals: sampleFacts.renewals.filter(({ id }) => id === 'mail'),
  unreadable: [],
  lastRun: { command: 'renew', endedAt: at(-0.25), exitCode: 0, exitName: 'Success' },
  task: { name: 'wacs renew (ca.test)', state: 'healthy', problems: [] },
};
