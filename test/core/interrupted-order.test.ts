import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimiter } from '../../src/core/bounded.ts';
import { WacsError } from '../../src/core/errors.ts';
import { issueCertificate } from '../../src/core/issue.ts';
import type { ValidationPlugin } from '../../src/core/plugin.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';
import { createFakeAuthority } from './fake-authority.ts';
import { createFakeOrders } from './fake-stores.ts';
import { target } from './samples.ts';

const problem = { type: 'urn:ietf:params:acme:error:connection', detail: 'nobody answered', status: 400 };

const validation: ValidationPlugin = {
  challengeType: 'http-01',
  refusal: () => undefined,
  prepare: async () => undefined,
  cleanUp: async () => undefined,
};

/** A run after one that was interrupted when its challenge had been answered. */
function setUp() {
  const authority = createFakeAuthority();
  const orders = createFakeOrders();
  const wished = target('a.test');
  const { url, authorizations } = authority.addOrder('pending', wished.identifiers);
  orders.records.set('first', { url, planKey: 'plan' });
  const [path = ''] = authorizations;
  const authorization = authority.authorizations.get(path) ?? assert.fail('no authorization');
  authorization.challenges = authorization.challenges.map((one) => ({ ...one, status: 'processing' }));
  const request = {
    fileId: 'first',
    target: wished,
    friendlyName: 'First',
    csr: { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: false },
    validation,
    planKey: 'plan',
    noCache: false,
    urgent: false,
  } as const;
  const certificates = createCertificateTools();
  const { signal } = new AbortController();
  const limitValidations = createLimiter(20);
  const log = createMemoryLog();
  const services = { authority, certificates, orders, limitValidations, clock: systemClock, log, signal };
  const issue = () => issueCertificate(request, services);
  const count = (method: string): number => authority.calls.filter((call) => call.split(' ')[0] === method).length;
  /** What the CA has found by the time it is asked. */
  const settle = (status: 'valid' | 'invalid') => {
    authority.before = (method) => {
      if (method !== 'waitForAuthorization' || count(method) > 1) return;
      authorization.status = status;
      authorization.challenges = authorization.challenges.map((one) => ({ ...one, status, error: problem }));
    };
  };
  return { authority, issue, count, settle };
}

test('a challenge the CA is looking at takes no second answer', async () => {
  const { issue, count, settle } = setUp();
  settle('valid');
  await issue();
  assert.deepEqual([count('answerChallenge'), count('newOrder')], [0, 0]);
});

test('an order the interruption has spoiled gives way to a new one', async () => {
  const { issue, count, settle } = setUp();
  settle('invalid');
  const issued = await issue();
  assert.equal(issued.commonName, 'a.test');
  assert.deepEqual([count('answerChallenge'), count('newOrder')], [1, 1]);
});

test('the new order is the last attempt', async () => {
  const { authority, issue, count, settle } = setUp();
  settle('invalid');
  authority.refused.set('a.test', problem);
  await failureOf(issue(), 'ValidationFailed');
  assert.equal(count('newOrder'), 1);
});

test('a failure that says nothing about the order leaves it for the next run', async () => {
  const { authority, issue, count } = setUp();
  authority.before = (method) => {
    if (method === 'waitForAuthorization') throw new WacsError('AcmeUnreachable', 'no route');
  };
  await failureOf(issue(), 'AcmeUnreachable');
  assert.equal(count('newOrder'), 0);
});
