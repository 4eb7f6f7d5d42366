import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccount, parseAuthorization, parseOrder } from '../../src/acme/resources.ts';
import { failureOf } from '../support/wacs-error.ts';

const url = 'https://ca.test/1';
const order = {
  status: 'pending',
  identifiers: [
    { type: 'dns', value: 'A.test' },
    { type: 'ip', value: '192.0.2.1' },
  ],
  authorizations: ['https://ca.test/authz/1'],
  finalize: 'https://ca.test/finalize/1',
};

test('an order is read with what it needs, and with all it may have', () => {
  assert.deepEqual(parseOrder(url, { ...order, unknown: 1 }), {
    url,
    ...order,
    identifiers: [
      { type: 'dns', value: 'a.test' },
      { type: 'ip', value: '192.0.2.1' },
    ],
  });
  const error = { type: 'about:blank', detail: 'no', status: 403 };
  const more = { certificate: 'https://ca.test/cert/1', profile: 'classic', error };
  const read = parseOrder(url, { ...order, ...more, expires: '2026-03-01T00:00:00Z' });
  assert.deepEqual(
    [read.certificate, read.profile, read.error, read.expires],
    [more.certificate, 'classic', error, new Date('2026-03-01T00:00:00Z')],
  );
  assert.equal(parseOrder(url, { ...order, expires: 'soon' }).expires, undefined);
});

test('an authorization of a wildcard gets its star back', () => {
  const challenges = [{ type: 'dns-01', url: 'https://ca.test/chall/1' }];
  const body = { status: 'pending', identifier: { type: 'dns', value: 'a.test' }, wildcard: true, challenges };
  assert.deepEqual(parseAuthorization(url, body), {
    url,
    status: 'pending',
    identifier: { type: 'dns', value: '*.a.test' },
    wildcard: true,
    challenges: [{ url: 'https://ca.test/chall/1', type: 'dns-01', status: 'pending', token: '' }],
  });
});

test('a challenge without a token says who may issue and for which account, in the words of any draft', () => {
  const read = (challenge: object, hashPrefix?: string) =>
    parseAuthorization(
      url,
      {
        ...{ status: 'pending', identifier: { type: 'dns', value: 'a.test' } },
        challenges: [{ type: 'dns-persist-01', url: 'https://ca.test/chall/1', ...challenge }],
      },
      { url: 'https://ca.test/account/1', hashPrefix },
    ).challenges[0];
  const binding = { issuerDomainNames: ['ca.test'], accountUrl: 'https://ca.test/account/1' };
  assert.deepEqual(read({ 'issuer-domain-names': ['ca.test'] }), {
    ...{ url: 'https://ca.test/chall/1', type: 'dns-persist-01', status: 'pending', token: '', persist: binding },
  });
  assert.deepEqual(read({ 'issuer-domain-names': ['ca.test'], accounturi: 'https://ca.test/a' })?.persist, {
    ...{ ...binding, accountUri: 'https://ca.test/a' },
  });
  assert.deepEqual(read({ issuerDomainNames: ['ca.test'] }, 'https://ca.test/hash/')?.persist, {
    ...{ ...binding, accountHashPrefix: 'https://ca.test/hash/' },
  });
  for (const odd of [{}, { issuerDomainNames: 'ca.test' }, { 'issuer-domain-names': [1] }])
    assert.equal(read(odd)?.persist, undefined, 'what cannot be read does not spoil the other challenges');
});

test('an account may be as short as the CA likes', () => {
  assert.deepEqual(parseAccount(url, {}), { url, status: 'valid', contact: [] });
});

test('a resource without what it needs names the field and the address', async () => {
  const failure = await failureOf(() => parseOrder(url, { ...order, finalize: undefined }), 'AcmeError');
  assert.match(failure.message, /order at https:\/\/ca\.test\/1 is not readable: finalize/);
  await failureOf(() => parseAuthorization(url, '<html>'), 'AcmeError');
  await failureOf(() => parseAccount(url, undefined), 'AcmeError');
});
