import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderLimit } from '../../src/acme/order-limit.ts';
import { type AcmeProblem, type ErrorCode, WacsError } from '../../src/core/errors.ts';
import { failureOf } from '../support/wacs-error.ts';

const retryAt = new Date('2026-03-01T03:00:00Z');
const rateLimited = 'urn:ietf:params:acme:error:rateLimited';
const nameOf = (value: string) => ({ identifiers: [{ type: 'dns' as const, value }] });

function limited(detail: string, more: Partial<AcmeProblem> = {}, code: ErrorCode = 'AcmeRateLimited'): WacsError {
  const problem = { type: rateLimited, detail, status: 429, ...more };
  return new WacsError(code, `creating the order: ${detail}`, { problem, retryAt, hint: 'Wait.' });
}

/** True when the order of another name is refused after the failure of one for `shop.example.com`. */
function stopsOthers(error: unknown, names = ['shop.example.com']): boolean {
  const limit = new OrderLimit();
  limit.learn(error, { identifiers: names.map((value) => ({ type: 'dns', value })) });
  try {
    limit.check(nameOf('other.test'));
    return false;
  } catch {
    return true;
  }
}

for (const [about, detail] of [
  [
    "Let's Encrypt's limit on new orders",
    'too many new orders (300) from this account in the last 3h0m0s, retry after x',
  ],
  ['an order limit in other words', 'Account quota exceeded: try later'],
] as const) {
  test(`${about} is about the account`, () => assert.equal(stopsOthers(limited(detail)), true));
}

for (const [about, detail] of [
  ['certificates for a domain', 'too many certificates (50) already issued for "example.com" in the last 168h0m0s'],
  ['certificates for the same names', 'too many certificates (5) already issued for this exact set of identifiers'],
  ['failed validations', 'too many failed authorizations (5) for "shop.example.com" in the last 1h0m0s'],
  ['a paused name', 'Your account is temporarily prevented from requesting certificates for shop.example.com'],
  ['a domain within an account', 'the account has reached its limit of certificates for EXAMPLE.COM'],
  ['nothing that is known', 'rate limit exceeded'],
] as const) {
  test(`a limit on ${about} stops no other names`, () => assert.equal(stopsOthers(limited(detail)), false));
}

test('a limit whose subproblems name identifiers is about these', () => {
  const subproblems = [{ type: rateLimited, detail: 'too many', identifier: 'shop.example.com' }];
  assert.equal(stopsOthers(limited('too many new orders from this account', { subproblems })), false);
  const unnamed = [{ type: rateLimited, detail: 'too many' }];
  assert.equal(stopsOthers(limited('too many new orders from this account', { subproblems: unnamed })), true);
});

test('a wildcard and an address name their domain and themselves', () => {
  const detail = 'this account has too many certificates for';
  assert.equal(stopsOthers(limited(`${detail} example.com`), ['*.shop.example.com']), false);
  const limit = new OrderLimit();
  limit.learn(limited(`${detail} 192.0.2.1`), { identifiers: [{ type: 'ip', value: '192.0.2.1' }] });
  limit.check(nameOf('other.test'));
});

test('an overload and the limit of a front end are about everybody', () => {
  assert.equal(stopsOthers(limited('busy', { type: 'about:blank', status: 503 })), true);
  assert.equal(stopsOthers(limited('slow down', { type: 'about:blank', status: 429 })), true);
});

test('other failures are no limit', () => {
  assert.equal(stopsOthers(limited('busy', { type: 'about:blank', status: 503 }, 'AcmeUnreachable')), false);
  assert.equal(stopsOthers(limited('new orders', {}, 'OrderRejected')), false);
  assert.equal(stopsOthers(new WacsError('AcmeRateLimited', 'no document')), false);
  assert.equal(stopsOthers(new TypeError('a fault')), false);
});

test('what is refused for it has code, reason and not-before of the first; what is urgent is tried', async () => {
  const limit = new OrderLimit();
  limit.check(nameOf('first.test'));
  limit.learn(limited('too many new orders from this account'), nameOf('first.test'));
  const ask = async () => limit.check(nameOf('second.test'));
  const refused = await failureOf(ask(), 'AcmeRateLimited');
  assert.match(refused.message, /no more orders in this run: .*too many new orders/);
  assert.deepEqual(
    [refused.details.retryAt, refused.details.problem?.type, refused.hint],
    [retryAt, rateLimited, 'Wait.'],
  );
  limit.check({ ...nameOf('third.test'), urgent: true });
});
