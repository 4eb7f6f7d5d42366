import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { withDeployed, withFailure, withIssued, withRevoked } from '../../src/core/record.ts';
import { historyLimit, type Renewal } from '../../src/core/renewal.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { certificateState, renewal } from './samples.ts';

const now = new Date('2026-03-01T00:00:00Z');
const issued = await createTestCertificate();
const renewedNow = { renewed: true, date: now };
const retryAt = new Date('2026-03-02T00:00:00Z');
const limited = new WacsError('AcmeRateLimited', 'too many', { retryAt });

test('an issued certificate is on record and not deployed, and not revoked any more', () => {
  const before = renewal({ certificate: certificateState(now, 90, { revoked: true }) });
  const { certificate } = withIssued(before, issued, 'key').state;
  assert.deepEqual(certificate, {
    thumbprint: issued.info.thumbprint,
    identifiers: issued.info.identifiers,
    notBefore: issued.info.notBefore,
    notAfter: issued.info.notAfter,
    planKey: 'key',
    deployed: false,
    previous: {
      commonName: 'www.example.test',
      friendlyName: 'First',
      thumbprint: 'AA11',
      notBefore: now,
      notAfter: new Date('2026-05-30T00:00:00Z'),
      revoked: true,
    },
    renewalInfoId: issued.info.renewalInfoId,
  });
});

test('the predecessor is the last certificate that was deployed, and forgotten once its successor is', () => {
  const inUse = renewal({ certificate: certificateState(now, 90) });
  const failedOnce = withIssued(inUse, issued, 'key');
  const failedTwice = withIssued(failedOnce, issued, 'key');
  assert.equal(failedTwice.state.certificate?.previous?.thumbprint, inUse.state.certificate?.thumbprint);
  assert.equal(withDeployed(failedTwice, renewedNow).state.certificate?.previous, undefined);
  assert.equal(withIssued(renewal(), issued, 'key').state.certificate?.previous, undefined);
});

test('stores have to drop what was never deployed as well, and what they could not drop is tried again', () => {
  const inUse = renewal({ certificate: certificateState(now, 90) });
  const failedOnce = withIssued(inUse, issued, 'key');
  assert.equal(failedOnce.state.certificate?.superseded, undefined);
  const failedTwice = withIssued(failedOnce, issued, 'key');
  assert.deepEqual(failedTwice.state.certificate?.superseded, [issued.info.thumbprint]);
  assert.equal(withDeployed(failedTwice, renewedNow).state.certificate?.superseded, undefined);
  const held = withDeployed(failedTwice, { ...renewedNow, superseded: ['AA11'] });
  assert.deepEqual(held.state.certificate?.superseded, ['AA11']);
  const next = withIssued(held, issued, 'key').state.certificate;
  assert.deepEqual([next?.superseded, next?.previous?.thumbprint], [['AA11'], issued.info.thumbprint]);
});

test('failures are counted and dated, and the last one is on record with the moment of the next attempt', () => {
  const first = withFailure(renewal(), limited, now);
  const second = withFailure(first, new WacsError('StoreError', 'disk full'), retryAt);
  assert.deepEqual(first.state.failures, {
    count: 1,
    lastAt: now,
    code: 'AcmeRateLimited',
    message: 'too many',
    retryAt,
  });
  assert.deepEqual(second.state.failures, { count: 2, lastAt: retryAt, code: 'StoreError', message: 'disk full' });
  assert.deepEqual(second.history[1], { date: retryAt, result: 'failed', code: 'StoreError', message: 'disk full' });
});

test("the CA's not-before outlives another failure until it has passed or a certificate was issued", () => {
  const later = new Date('2026-03-03T00:00:00Z');
  const other = new WacsError('OrderRejected', 'caa');
  const limitedTwice = new WacsError('AcmeRateLimited', 'too many', { retryAt: later });
  const first = withFailure(renewal(), limited, now);
  const soon = new Date(now.getTime() + 60_000);
  assert.deepEqual(withFailure(first, other, soon).state.failures, {
    count: 2,
    lastAt: soon,
    code: 'OrderRejected',
    message: 'caa',
    retryAt,
  });
  assert.deepEqual(withFailure(first, limitedTwice, soon).state.failures?.retryAt, later);
  assert.deepEqual(withFailure(withFailure(first, limitedTwice, soon), limited, soon).state.failures?.retryAt, later);
  assert.equal(withFailure(first, other, retryAt).state.failures?.retryAt, undefined);
  const { failures } = withIssued(first, issued, 'key').state;
  assert.deepEqual(failures, { count: 1, lastAt: now, code: 'AcmeRateLimited', message: 'too many' });
});

test('a deployment ends the count of failures and goes into the history by its kind', () => {
  const failed = withFailure(withIssued(renewal(), issued, 'key'), limited, now);
  const done = withDeployed(failed, renewedNow);
  assert.equal(done.state.failures, undefined);
  assert.equal(done.state.certificate?.deployed, true);
  const { thumbprint, notAfter } = issued.info;
  assert.deepEqual(done.history.at(-1), { date: now, result: 'renewed', thumbprint, notAfter });
  assert.equal(withDeployed(failed, { renewed: false, date: now }).history.at(-1)?.result, 'deployed');
});

test('without a certificate there is nothing to deploy or to revoke', () => {
  const empty = renewal();
  assert.equal(withDeployed(empty, renewedNow), empty);
  assert.equal(withRevoked(empty, now), empty);
});

test('a revoked certificate is on record as such', () => {
  const revoked = withRevoked(renewal({ certificate: certificateState(now, 90) }), now);
  assert.equal(revoked.state.certificate?.revoked, true);
  assert.deepEqual(revoked.history, [{ date: now, result: 'revoked', thumbprint: 'AA11' }]);
});

test('the history keeps the newest entries', () => {
  let current: Renewal = renewal();
  for (let number = 1; number <= historyLimit + 5; number++)
    current = withFailure(current, new WacsError('StoreError', `failure ${number}`), now);
  assert.equal(current.history.length, historyLimit);
  assert.equal(current.history.at(-1)?.message, `failure ${historyLimit + 5}`);
});
