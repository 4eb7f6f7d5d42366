import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthOf as healthOfAll, type RenewalHealth } from '../../src/core/renewal-health.ts';
import { certificateState, day, renewal } from './samples.ts';

const issued = new Date('2026-03-01T00:00:00Z');
const healthOf = (...args: Parameters<typeof healthOfAll>): RenewalHealth => healthOfAll(...args)[0] ?? assert.fail();
const at = (days: number): Date => new Date(issued.getTime() + days * day);

describe('healthOf', () => {
  it('shows the deployed certificate and when it is due', () => {
    const health = healthOf(renewal({ certificate: certificateState(issued, 90) }), {});
    assert.deepEqual(health, {
      id: 'first',
      friendlyName: 'First',
      hosts: ['www.example.test'],
      certificate: { thumbprint: 'AA11', notBefore: issued, notAfter: at(90), revoked: false },
      dueAt: at(60),
    });
  });

  it('follows the RenewalDays setting', () => {
    const health = healthOf(renewal({ certificate: certificateState(issued, 90) }), { renewalDays: 10 });
    assert.deepEqual(health.dueAt, at(10));
  });

  it('counts the predecessor of a certificate that was not deployed, due since the new one is there', () => {
    const state = { certificate: certificateState(at(60), 90, { thumbprint: 'BB', deployed: false }) };
    const old = { date: issued, result: 'renewed', thumbprint: 'AA', notAfter: at(90) } as const;
    const failed = { date: at(60), result: 'failed', code: 'StoreError' } as const;
    const health = healthOf({ ...renewal(state), history: [old, failed] }, {});
    assert.deepEqual(health.certificate, { thumbprint: 'AA', notBefore: issued, notAfter: at(90), revoked: false });
    assert.deepEqual(health.dueAt, at(60));
  });

  it('knows of no certificate in use when the first one was not deployed', () => {
    const certificate = certificateState(issued, 90, { deployed: false });
    assert.equal(healthOf(renewal({ certificate }), {}).certificate, undefined);
    assert.equal(healthOf(renewal(), {}).dueAt, undefined);
  });

  it('tells a revocation, also of the predecessor', () => {
    const revoked = healthOf(renewal({ certificate: certificateState(issued, 90, { revoked: true }) }), {});
    assert.equal(revoked.certificate?.revoked, true);
    const state = { certificate: certificateState(at(60), 90, { thumbprint: 'BB', deployed: false }) };
    const history = [
      { date: issued, result: 'renewed', thumbprint: 'AA', notAfter: at(90) },
      { date: at(59), result: 'revoked', thumbprint: 'AA' },
    ] as const;
    assert.equal(healthOf({ ...renewal(state), history }, {}).certificate?.revoked, true);
  });

  it('leaves the text of a failure out', () => {
    const failures = { count: 3, lastAt: at(61), code: 'ValidationFailed', message: 'told by the CA' };
    const health = healthOf(renewal({ failures }), {});
    assert.deepEqual(health.failures, { count: 3, lastAt: at(61), code: 'ValidationFailed' });
  });

  it('tells each certificate of a renewal on its own', () => {
    const parts = [
      { name: 'a.test', state: { certificate: certificateState(issued, 90) } },
      { name: 'b.test', state: { failures: { count: 2, lastAt: at(1), code: 'ValidationFailed', message: 'no' } } },
    ];
    const [first, second, ...more] = healthOfAll({ ...renewal(), parts }, {});
    assert.deepEqual([first?.part, first?.certificate?.thumbprint, first?.failures], ['a.test', 'AA11', undefined]);
    assert.deepEqual([second?.part, second?.certificate, second?.failures?.count], ['b.test', undefined, 2]);
    assert.deepEqual(more, []);
  });

  it('knows the predecessor by its own dates, however long ago it was deployed', () => {
    const previous = {
      commonName: 'a.test',
      friendlyName: 'First',
      thumbprint: 'AA',
      notBefore: issued,
      notAfter: at(45),
    };
    const certificate = certificateState(at(30), 90, { thumbprint: 'BB', deployed: false, previous });
    const health = healthOf(renewal({ certificate }), {});
    assert.deepEqual(health.certificate, { thumbprint: 'AA', notBefore: issued, notAfter: at(45), revoked: false });
  });
});
