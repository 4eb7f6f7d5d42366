import assert from 'node:assert/strict';
import { assertIssued, assertSuccess } from '../../fault-ca/checks.ts';
import { askAgain, day, hour, minute, moment, window } from '../../fault-ca/moments.ts';
import { malformed, refusal, unauthorized } from '../../support/fake-acme/faults.ts';
import { withMembers } from '../../support/fake-acme/object-faults.ts';
import { rawAnswer } from '../../support/fake-acme/wire-faults.ts';
import type { Row } from '../row.ts';

/** Row 15. */
export const renewalInfo: Row = {
  number: 15,
  title: 'renewal information: past, present and future windows, explanation, nonsense, 404, Retry-After',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    await bench.issue();
    assertSuccess(await bench.renew());
    const result = async (): Promise<string | undefined> => {
      const run = await askAgain(bench);
      assertSuccess(run);
      return run.report?.renewals[0]?.result;
    };
    bench.fake.setWindow({ ...window(5 * day, 6 * day), retryAfter: '0' });
    assert.equal(await result(), 'notDue');
    assert.ok(moment(bench, 'askAgainAt') - Date.now() <= minute, 'Retry-After 0 is a minute');
    bench.fake.setWindow({ ...window(5 * day, 6 * day), retryAfter: '9999999' });
    assert.equal(await result(), 'notDue');
    assert.ok(moment(bench, 'askAgainAt') - Date.now() <= day, 'a Retry-After of months is a day');
    for (const fault of [rawAnswer(404, 'not here'), rawAnswer(200, '{"suggestedWindow":"tomorrow"}')]) {
      bench.fake.inject({ on: 'renewalInfo', fault });
      assert.equal(await result(), 'notDue');
      bench.fake.clearFaults();
    }
    bench.fake.setWindow(window(2 * hour, hour));
    assert.equal(await result(), 'notDue', 'a window that ends before it starts is no answer');
    bench.fake.setWindow({ ...window(-2 * hour, -hour), explanationUrl: 'https://ca.example/why' });
    const renewed = await askAgain(bench);
    assertSuccess(renewed);
    assert.equal(renewed.report?.renewals[0]?.result, 'renewed');
    assert.match(renewed.stderr, /https:\/\/ca\.example\/why/);
    assertIssued(bench);
  },
};

/** Row 16. */
export const predecessors: Row = {
  number: 16,
  title: '`replaces` refused as alreadyReplaced, conflict, malformed, unauthorized: ordered without it',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    await bench.issue();
    const refusals = [refusal('alreadyReplaced', 409), refusal('conflict', 409), malformed(), unauthorized()];
    for (const fault of refusals) {
      const isReplacing = (payload: object): boolean => 'replaces' in payload;
      bench.fake.inject({ on: 'newOrder', fault, times: Number.POSITIVE_INFINITY, when: isReplacing });
      const run = await bench.renew(['--force']);
      assertSuccess(run);
      assert.equal(run.payloads('newOrder').some(isReplacing), true);
      assert.equal(isReplacing(run.payloads('newOrder').at(-1) ?? {}), false);
      bench.fake.clearFaults();
      assertIssued(bench);
    }
  },
};

/** Row 25. */
export const movedDirectory: Row = {
  number: 25,
  title: 'renewal information that has moved (404); a directory without keyChange or revokeCert',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    await bench.issue();
    const directory = withMembers({
      renewalInfo: 'https://127.0.0.1:9/moved',
      revokeCert: undefined,
      keyChange: undefined,
    });
    bench.fake.inject({ on: 'directory', fault: directory, times: Number.POSITIVE_INFINITY });
    assertSuccess(await bench.renew());
    const revoked = await bench.run(['--revoke', '--id', 'site']);
    assert.equal(revoked.exitCode, 40, revoked.output);
    assert.match(revoked.stderr, /no "revokeCert"/);
  },
};
