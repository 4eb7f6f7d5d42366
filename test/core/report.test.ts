import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { reportError, reportRenewal } from '../../src/core/report.ts';
import { exitCodeOf } from '../../src/exit-codes.ts';
import { certificateState, renewal } from './samples.ts';

const issued = new Date('2026-01-01T00:00:00Z');
const problem = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many', status: 429 };

test('a failure is reported with all its facts, and those behind it, but neither stack nor cause', () => {
  const inner = new WacsError('ScriptFailed', 'ended with 3', { exitStatus: 3, cause: new Error('secret detail') });
  const outer = new WacsError('MultipleFailures', '2 failed', {
    failures: [
      inner,
      new WacsError('TaskAccessDenied', 'refused', { hresult: 0x80070005 }),
      new WacsError('AcmeRateLimited', 'later', { problem, retryAt: issued, hint: 'Wait.' }),
    ],
  });
  const report = reportError(outer, exitCodeOf);
  assert.deepEqual(report, {
    code: 60,
    name: 'MultipleFailures',
    message: '2 failed',
    failures: [
      { code: 53, name: 'ScriptFailed', message: 'ended with 3', exitStatus: 3 },
      { code: 31, name: 'TaskAccessDenied', message: 'refused', hresult: '0x80070005' },
      {
        code: 43,
        name: 'AcmeRateLimited',
        message: 'later',
        hint: 'Wait.',
        problem,
        retryAt: '2026-01-01T00:00:00.000Z',
      },
    ],
  });
});

test('a small HRESULT is shown with eight digits', () => {
  assert.equal(reportError(new WacsError('TaskSchedulerError', 'x', { hresult: 5 }), exitCodeOf).hresult, '0x00000005');
});

test('a renewal is reported with its certificate and when it is next due', () => {
  const current = renewal({ certificate: certificateState(issued, 90) });
  assert.deepEqual(
    reportRenewal({ renewal: current, result: 'notDue' }, () => ({}), exitCodeOf),
    {
      id: 'first',
      friendlyName: 'First',
      result: 'notDue',
      nextDue: '2026-03-02T00:00:00.000Z',
      nextDueReason: 'lifetime',
      certificate: { thumbprint: 'AA11', hosts: ['www.example.test'], notAfter: '2026-04-01T00:00:00.000Z' },
    },
  );
});

test('a renewal that failed before its first certificate is reported with the failure alone', () => {
  const error = new WacsError('AcmeUnreachable', 'no route');
  assert.deepEqual(
    reportRenewal({ renewal: renewal(), result: 'failed', error }, () => ({}), exitCodeOf),
    {
      id: 'first',
      friendlyName: 'First',
      result: 'failed',
      error: { code: 41, name: 'AcmeUnreachable', message: 'no route' },
    },
  );
});

test('one of several certificates is reported with its part, and nothing of the others', () => {
  const parts = [
    { name: 'a.test', state: { certificate: certificateState(issued, 90) } },
    { name: 'b.test', state: {} },
  ];
  const current = { ...renewal(), parts };
  const reported = ['a.test', 'b.test'].map((part) =>
    reportRenewal({ renewal: current, part, result: 'notDue' }, () => ({}), exitCodeOf),
  );
  assert.deepEqual(
    reported.map(({ id, friendlyName, part, certificate }) => [id, friendlyName, part, certificate?.thumbprint]),
    [
      ['first', 'First', 'a.test', 'AA11'],
      ['first', 'First', 'b.test', undefined],
    ],
  );
});
