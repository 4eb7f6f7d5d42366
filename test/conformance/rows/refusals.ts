import assert from 'node:assert/strict';
import { assertFailure, assertIssued, assertSuccess } from '../../fault-ca/checks.ts';
import {
  orderNotReady,
  paused,
  rateLimited,
  refusal,
  rejectedIdentifiers,
  termsChanged,
  unavailable,
  unknownProblem,
  withoutHeader,
} from '../../support/fake-acme/faults.ts';
import { shownAs } from '../../support/fake-acme/object-faults.ts';
import { problem } from '../../support/fake-acme/problem.ts';
import { cutBody, htmlBadGateway, rawAnswer, reset, slowHeaders } from '../../support/fake-acme/wire-faults.ts';
import type { Row } from '../row.ts';

const always = { times: Number.POSITIVE_INFINITY };
const hours = 3_600;

/** Row 17. */
export const profiles: Row = {
  number: 17,
  title: 'profiles: listed, not listed, invalidProfile at newOrder and at finalize',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    const unknown = await bench.create('a.test', ['--profile', 'gold']);
    assert.match(assertFailure(unknown, 46, 'OrderRejected').message, /classic.*shortlived/);
    const run = await bench.issue('a.test', ['--profile', 'shortlived']);
    assert.ok(run.payloads('newOrder').every(({ profile }) => profile === 'shortlived'));
    for (const on of ['newOrder', 'finalize'] as const) {
      bench.fake.inject({ on, fault: refusal('invalidProfile', 400), ...always });
      assertFailure(await bench.renew(['--force']), 46, 'OrderRejected');
      bench.fake.clearFaults();
    }
    assertSuccess(await bench.renew(['--force']));
  },
};

/** Row 18. */
export const limits: Row = {
  number: 18,
  title: '429 with Retry-After of 2 s, 3 h, a date, none; a paused name; 503',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    bench.fake.inject({ on: 'newOrder', fault: rateLimited(2) });
    bench.fake.inject({ on: 'finalize', fault: unavailable(1) });
    assertSuccess(await bench.create());
    const refusals = [rateLimited(3 * hours), rateLimited(new Date(Date.now() + 3 * hours * 1000)), rateLimited()];
    for (const fault of refusals) {
      bench.fake.inject({ on: 'newOrder', fault, ...always });
      assertFailure(await bench.renew(['--force']), 43, 'AcmeRateLimited');
      bench.fake.clearFaults();
    }
    bench.fake.inject({ on: 'newOrder', fault: paused('a.test'), ...always });
    const run = await bench.renew(['--force']);
    assertFailure(run, 43, 'AcmeRateLimited');
    assert.match(run.stderr, /https:\/\/ca\.example\/unpause/);
    bench.fake.clearFaults();
    assertSuccess(await bench.renew(['--force']));
    assertIssued(bench);
  },
};

/** Row 19. */
export const changedTerms: Row = {
  number: 19,
  title: 'userActionRequired: the link to the terms and the address to act at',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    await bench.issue();
    bench.fake.inject({ on: 'newOrder', fault: termsChanged(), ...always });
    const run = await bench.renew(['--force']);
    assertFailure(run, 42, 'AcmeAccountError');
    assert.match(run.stderr, /https:\/\/ca\.example\/terms\/v2/);
    assert.match(run.stderr, /https:\/\/ca\.example\/agree/);
  },
};

/** Row 20. */
export const slowOrders: Row = {
  number: 20,
  title: 'orders: pending after validation, orderNotReady, finalize without Location, processing, invalid after it',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults({ processing: { polls: 2, retryAfter: '1' } });
    bench.setLimits({ PollTimeout: 30 });
    bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: 2 });
    bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: 2 });
    bench.fake.inject({ on: 'finalize', fault: withoutHeader('Location'), after: 2 });
    assertSuccess(await bench.create());
    assertIssued(bench);
    const failure = problem('caa', 403, 'CAA forbids it');
    bench.fake.state.settings.processing = { polls: 1, failure };
    assert.match(assertFailure(await bench.renew(['--force']), 46, 'OrderRejected').message, /CAA forbids it/);
    assert.equal(bench.hasOpenOrder(), false);
  },
};

/** Row 21. */
export const problems: Row = {
  number: 21,
  title: 'subproblems, unknown problem types, problems without JSON, HTML with 502',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('a.test', 'b.test') });
    const run = await bench.create('a.test,b.test');
    const error = assertFailure(run, 46, 'OrderRejected');
    assert.deepEqual(
      error.problem?.subproblems?.map(({ identifier }) => identifier),
      ['a.test', 'b.test'],
    );
    bench.fake.inject({ on: 'newOrder', fault: unknownProblem() });
    assert.match(assertFailure(await bench.create(), 40, 'AcmeError').message, /the moon stands wrong/);
    bench.fake.inject({ on: 'newOrder', fault: rawAnswer(403, 'go away', { 'Content-Type': 'text/plain' }) });
    assert.match(assertFailure(await bench.create(), 40, 'AcmeError').message, /403.*go away|go away.*403/);
    bench.fake.inject({ on: 'newOrder', fault: htmlBadGateway() });
    assertSuccess(await bench.create());
    bench.fake.inject({ on: 'newOrder', fault: htmlBadGateway(), ...always });
    assertFailure(await bench.renew(['--force']), 41, 'AcmeUnreachable');
  },
};

/** Row 22. */
export const brokenConnections: Row = {
  number: 22,
  title: 'reset, cut body, TLS not trusted, a name without an address, headers that never end',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    bench.fake.inject({ on: ['directory', 'newNonce'], fault: reset() });
    assertSuccess(await bench.create());
    for (const fault of [reset(), cutBody(), slowHeaders()]) {
      bench.fake.inject({ on: 'finalize', fault, ...always });
      assertFailure(await bench.renew(['--force']), 41, 'AcmeUnreachable');
      bench.fake.clearFaults();
      assertSuccess(await bench.renew(['--force']));
    }
    const unnamed = ['--baseuri', 'https://ca.invalid/directory', '--register', '--accepttos'];
    const lost = await bench.run(unnamed);
    assert.equal(lost.exitCode, 41, lost.output);
    assert.match(lost.stderr, /ca\.invalid/);
  },
};
