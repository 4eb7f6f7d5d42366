import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventsOf, type LoggedRun, successEventId } from '../../src/core/event-log.ts';

const now = new Date('2026-06-01T12:00:00Z');
const certificate = { thumbprint: 'AA11', hosts: ['a.test', 'b.test'], notAfter: '2026-07-01T00:00:00.000Z' };
const error = { code: 44, name: 'ValidationFailed', message: 'a.test: refused', hint: 'Open port 80.' } as const;
const success: LoggedRun = { command: 'renew', exitCode: 0, exitName: 'Success', renewals: [] };

describe('eventsOf', () => {
  it('says nothing where nothing was due', () => {
    const renewals = [{ id: '1', friendlyName: 'One', result: 'notDue', certificate }] as const;
    assert.deepEqual(eventsOf({ ...success, renewals }, now), []);
    assert.deepEqual(eventsOf({ ...success, exitCode: 15, exitName: 'NothingDue', renewals }, now), []);
  });

  it('has one event for each success, with an id that the message file knows', () => {
    const renewals = [
      { id: '1', friendlyName: 'One', result: 'renewed', certificate, nextDue: '2026-06-20T00:00:00.000Z' },
      { id: '2', friendlyName: 'Two', result: 'deployedOnly' },
    ] as const;
    const events = eventsOf({ ...success, renewals }, now);
    assert.deepEqual(
      events.map(({ type, id }) => [type, id]),
      [
        ['information', successEventId],
        ['information', successEventId],
      ],
    );
    assert.ok(successEventId >= 1 && successEventId <= 1000);
    assert.equal(
      events[0]?.text,
      [
        'Renewal "One" (id 1): certificate renewed.',
        'Hosts: a.test, b.test',
        'Certificate: AA11, valid until 2026-07-01T00:00:00.000Z',
        'Next due: 2026-06-20T00:00:00.000Z',
      ].join('\n'),
    );
    assert.equal(events[1]?.text, 'Renewal "Two" (id 2): certificate deployed again.');
  });

  it('says which of several certificates it is about', () => {
    const renewals = [
      { id: '1', friendlyName: 'One', part: 'a.test', result: 'renewed' },
      { id: '1', friendlyName: 'One', part: 'b.test', result: 'failed', error },
    ] as const;
    const events = eventsOf({ ...success, exitCode: 44, exitName: 'ValidationFailed', renewals, error }, now);
    assert.equal(events[0]?.text, 'Renewal "One" (id 1), certificate a.test: certificate renewed.');
    assert.match(events[1]?.text ?? '', /^Renewal "One" \(id 1\), certificate b\.test failed\.\n44 /);
  });

  it('has one event for each failed renewal and one for the run, all with the exit code as id', () => {
    const renewals = [
      { id: '1', friendlyName: 'One', result: 'failed', error, certificate },
      { id: '2', friendlyName: 'Two', result: 'failed', error: { ...error, code: 53, name: 'ScriptFailed' } },
    ] as const;
    const failures = [error, { ...error, code: 53, name: 'ScriptFailed' }] as const;
    const combined = { code: 60, name: 'MultipleFailures', message: '2 of 2 renewals failed', failures } as const;
    const events = eventsOf({ ...success, exitCode: 60, exitName: 'MultipleFailures', renewals, error: combined }, now);
    assert.deepEqual(
      events.map(({ type, id }) => [type, id]),
      [
        ['warning', 44],
        ['error', 53],
        ['error', 60],
      ],
    );
    assert.match(
      events[0]?.text ?? '',
      /^Renewal "One" \(id 1\) failed\.\n44 ValidationFailed: a\.test: refused\nWhat to do: Open port 80\.\n/,
    );
    assert.match(events[2]?.text ?? '', /"renew" ended with exit code 60 MultipleFailures\.\n.*\n44 .*\n53 /);
  });

  it('takes an interruption and an expired certificate for what they are', () => {
    const interrupted = eventsOf({ ...success, exitCode: 26, exitName: 'Interrupted' }, now);
    assert.deepEqual(
      interrupted.map(({ type, id }) => [type, id]),
      [['warning', 26]],
    );
    const renewals = [
      {
        id: '1',
        friendlyName: 'One',
        result: 'failed',
        error,
        certificate: { ...certificate, notAfter: now.toISOString() },
      },
    ] as const;
    assert.equal(eventsOf({ ...success, renewals }, now)[0]?.type, 'error');
  });

  it('tells of a command line that was refused', () => {
    const events = eventsOf({ command: 'none', exitCode: 2, exitName: 'UsageError', renewals: [] }, now);
    assert.equal(events[0]?.text, 'The command line was refused with exit code 2 UsageError.');
  });
});
