import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { openAccount } from '../../src/acme/account.ts';
import type { AccountRequest } from '../../src/core/acme.ts';
import type { AccountRecord } from '../../src/core/stores.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { failureOf } from '../support/wacs-error.ts';
import { createFakeAccounts } from './fake-accounts.ts';
import { base, problem, unreachable } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const url = `${base}/account/1`;
const request: AccountRequest = { acceptTerms: true, emailAddresses: ['admin@a.test'] };
const unknown = problem('accountDoesNotExist', 400);

function setUp(stored?: AccountRecord) {
  const { server, transport, clock, log } = createTransport();
  const accounts = createFakeAccounts(stored);
  let created = 0;
  server.routes.set('/newAccount', {
    status: 201,
    headers: { location: url },
    body: { status: 'valid', contact: ['mailto:admin@a.test'] },
  });
  server.routes.set('/account/1', { body: { status: 'valid', contact: [] } });
  const createAccountKey = async () => {
    created += 1;
    return keyPem;
  };
  const services = { transport, accounts, createAccountKey, clock, log };
  const open = (changes: Partial<AccountRequest> = {}) => openAccount({ ...request, ...changes }, services);
  const openOnly = (changes: AccountRequest) => openAccount(changes, services);
  const { written } = accounts;
  return { server, accounts, written, open, openOnly, created: () => created, log, clock, services };
}

test('the key is stored before the CA hears of it, and the address afterwards', async () => {
  const { server, written, open } = setUp();
  server.routes.set('/newAccount', (signed) => {
    assert.deepEqual(written, [{ keyPem, contact: ['mailto:admin@a.test'] }]);
    assert.deepEqual(signed.payload, { termsOfServiceAgreed: true, contact: ['mailto:admin@a.test'] });
    return { status: 201, headers: { location: '/account/1' }, body: { status: 'valid' } };
  });
  const { account, session } = await open();
  assert.deepEqual([account.url, account.status, session.api.accountUrl], [url, 'valid', url]);
  assert.deepEqual(written[1], { keyPem, contact: ['mailto:admin@a.test'], url, termsOfService: `${base}/terms` });
});

test('a registration that was not confirmed is looked for by its key', async () => {
  const failing = setUp();
  failing.server.routes.set('/newAccount', unreachable);
  await failureOf(failing.open(), 'AcmeUnreachable');
  const [record] = failing.written;
  assert.deepEqual([failing.written.length, record?.url], [1, undefined]);
  const again = setUp(record);
  again.server.routes.set('/newAccount', { headers: { location: url }, body: { status: 'valid', contact: [] } });
  const { account } = await again.openOnly({ acceptTerms: false });
  assert.equal(account.url, url);
  assert.deepEqual([again.created(), again.accounts.record?.url, again.accounts.record?.keyPem], [0, url, keyPem]);
  assert.deepEqual(
    again.server.signed.map(({ payload }) => payload),
    [{ onlyReturnExisting: true }],
  );
});

test('a registration that never reached the CA goes on with the same key, if the terms are agreed to', async () => {
  const record = { keyPem, contact: ['mailto:admin@a.test'] };
  const found = { status: 201, headers: { location: url }, body: { status: 'valid' } };
  const { server, open, created, accounts } = setUp(record);
  server.routes.set('/newAccount', [unknown, unknown, found]);
  await failureOf(open({ acceptTerms: false }), 'AcmeAccountError');
  await open();
  assert.deepEqual([created(), accounts.record?.keyPem, accounts.record?.url], [0, keyPem, url]);
});

test('a contact is never changed by newAccount', async () => {
  const { server, open } = setUp({ keyPem, contact: [], termsOfService: `${base}/terms` });
  server.routes.set('/newAccount', {
    headers: { location: url },
    body: { status: 'valid', contact: ['mailto:b@a.test'] },
  });
  await open();
  assert.deepEqual(
    server.signed.map(({ path, payload }) => [path, payload]),
    [
      ['/newAccount', { onlyReturnExisting: true }],
      ['/account/1', { contact: ['mailto:admin@a.test'] }],
    ],
  );
});

const termsOfService = `${base}/terms`;
const stored: AccountRecord = { keyPem, url, contact: ['mailto:admin@a.test'], termsOfService };

test('a stored account costs no signed request', async () => {
  const { server, open, written } = setUp(stored);
  const { account, session } = await open({ acceptTerms: false });
  assert.deepEqual([account.url, session.api.accountUrl], [url, url]);
  assert.deepEqual([server.signed.length, written.length], [0, 0]);
});

test('another e-mail address updates the stored account, none leaves it as it is, an empty list removes it', async () => {
  const { server, open, openOnly, written } = setUp(stored);
  await openOnly({ acceptTerms: true });
  assert.equal(server.signed.length, 0);
  server.routes.set('/account/1', { body: { status: 'valid', contact: ['mailto:new@a.test'] } });
  const { account } = await open({ emailAddresses: ['new@a.test'] });
  assert.deepEqual(server.signed.at(-1)?.payload, { contact: ['mailto:new@a.test'] });
  assert.deepEqual([account.contact, written.at(-1)?.contact], [['mailto:new@a.test'], ['mailto:new@a.test']]);
  await open({ emailAddresses: [] });
  assert.deepEqual([server.signed.at(-1)?.payload, written.at(-1)?.contact], [{ contact: [] }, []]);
});

const old = { ...stored, termsOfService: `${base}/terms/old` };

test('new terms are told and not agreed to; with consent they are, once', async () => {
  const { server, open, log, accounts } = setUp(old);
  await open({ acceptTerms: false });
  assert.equal(log.lines.filter((line) => /^warning: .*new terms of service: \S+\/terms;/.test(line)).length, 1);
  assert.deepEqual([server.signed.length, accounts.record], [0, old]);
  await open();
  assert.deepEqual(
    [server.signed.at(-1)?.path, server.signed.at(-1)?.payload],
    ['/account/1', { termsOfServiceAgreed: true }],
  );
  assert.deepEqual(accounts.record, stored);
  await open();
  assert.equal(server.signed.length, 1);
});

test('a CA that takes a lone agreement for an empty update is no obstacle', async () => {
  const { server, open, accounts } = setUp(old);
  server.routes.set('/account/1', [problem('malformed', 400), { body: { status: 'valid', contact: [] } }]);
  await open();
  assert.deepEqual(accounts.record, stored);
  assert.deepEqual(
    server.signed.map(({ payload }) => payload),
    [{ termsOfServiceAgreed: true }, undefined],
  );
  server.routes.set('/account/1', problem('malformed', 400));
  accounts.record = old;
  await failureOf(open({ emailAddresses: ['new@a.test'] }), 'AcmeError');
  assert.deepEqual(accounts.record, old);
});

test('an account the CA has forgotten is registered again with the same key, if its terms are still those', async () => {
  const { server, open, log, accounts, created } = setUp({ ...stored, url: `${base}/account/0` });
  server.routes.set('/account/0', unknown);
  server.routes.set('/newAccount', [unknown, { status: 201, headers: { location: url }, body: { status: 'valid' } }]);
  const { account } = await open({ acceptTerms: false, emailAddresses: ['new@a.test'] });
  assert.deepEqual([account.url, accounts.record?.url, created()], [url, url, 0]);
  assert.deepEqual(accounts.record?.contact, ['mailto:new@a.test']);
  assert.ok(log.lines.some((line) => /^warning: .*account\/0 any more; registering it again/.test(line)));
});

test('with new terms, only the user can register it again', async () => {
  const { server, open, accounts } = setUp(old);
  server.routes.set('/account/1', unknown);
  server.routes.set('/newAccount', unknown);
  const failure = await failureOf(open({ acceptTerms: false, emailAddresses: ['new@a.test'] }), 'AcmeAccountError');
  assert.match(failure.hint ?? '', /--register --accepttos/);
  assert.deepEqual(accounts.record, old);
});

test('an account with another address than before is found by its key', async () => {
  const { server, open, accounts, log } = setUp({ ...stored, url: `${base}/account/0` });
  server.routes.set('/account/0', unknown);
  const { session } = await open({ emailAddresses: ['new@a.test'] });
  assert.deepEqual([session.api.accountUrl, accounts.record?.url], [url, url]);
  assert.ok(log.lines.some((line) => line.startsWith('warning')));
});

test('an account the CA does not accept any more is told with the way out; so is one that was deactivated here', async () => {
  const { server, open, accounts } = setUp(stored);
  server.routes.set('/account/1', problem('unauthorized', 403));
  const refused = await failureOf(open({ emailAddresses: ['new@a.test'] }), 'AcmeAccountError');
  assert.match(refused.hint ?? '', /--register --accepttos --force/);
  accounts.record = { ...stored, deactivatedAt: new Date('2026-11-24T10:00:00Z') };
  const ended = await failureOf(open(), 'AcmeAccountError');
  assert.match(ended.message, /deactivated on 2026-11-24/);
});

test('where an account must exist, none is registered', async () => {
  for (const record of [undefined, { keyPem, contact: [] }]) {
    const { server, open } = setUp(record);
    server.routes.set('/newAccount', unknown);
    await failureOf(open({ existingOnly: true }), 'AcmeAccountError');
    assert.ok(server.signed.every(({ payload }) => JSON.stringify(payload) === '{"onlyReturnExisting":true}'));
  }
});

test('terms are never accepted by themselves', async () => {
  const { server, written, open } = setUp();
  const failure = await failureOf(open({ acceptTerms: false }), 'AcmeAccountError');
  assert.match(failure.message, /https:\/\/ca\.test\/terms/);
  assert.match(failure.hint ?? '', /--accepttos/);
  assert.deepEqual([server.signed.length, written.length], [0, 0]);
});

test('a CA without terms needs no consent', async () => {
  const { server, open } = setUp();
  server.directory = { ...server.directory, meta: {} };
  assert.equal((await open({ acceptTerms: false })).account.url, url);
});

test('a CA that requires an external account says so before a key is made', async () => {
  const { server, open, created } = setUp();
  server.directory = { ...server.directory, meta: { externalAccountRequired: true } };
  const failure = await failureOf(open(), 'AcmeAccountError');
  assert.match(failure.hint ?? '', /--eab-key-identifier/);
  assert.equal(created(), 0);
});

for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
  test(`the external account binding signs the account key with the key of the CA, by ${algorithm}`, () =>
    checkBinding(algorithm));
}

async function checkBinding(algorithm: string): Promise<void> {
  const { server, open } = setUp();
  server.directory = { ...server.directory, meta: { externalAccountRequired: true } };
  const mac = Buffer.from('a mac key of the CA with ÿ+/').toString('base64url');
  const binding = { keyIdentifier: 'kid-1', key: mac, algorithm };
  const { session } = await open({ externalAccountBinding: binding });
  const { externalAccountBinding: jws } = (server.signed[0]?.payload ?? {}) as {
    externalAccountBinding: { protected: string; payload: string; signature: string };
  };
  const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
  assert.deepEqual(read(jws.protected), { alg: algorithm, url: `${base}/newAccount`, kid: 'kid-1' });
  assert.deepEqual(read(jws.payload), session.signer.getJwk());
  const expected = createHmac(algorithm.replace('HS', 'sha'), Buffer.from(mac, 'base64url'));
  expected.update(`${jws.protected}.${jws.payload}`);
  assert.equal(jws.signature, expected.digest('base64url'));
}

test('another MAC algorithm is refused by name', async () => {
  const binding = { keyIdentifier: 'kid-1', key: 'a2V5', algorithm: 'HS1' };
  const failure = await failureOf(setUp().open({ externalAccountBinding: binding }), 'UsageError');
  assert.match(failure.message, /HS1 /);
  const blank = { keyIdentifier: 'kid-1', key: 'a2 V5', algorithm: 'HS256' };
  await failureOf(setUp().open({ externalAccountBinding: blank }), 'UsageError');
});

test('a refused registration keeps the problem and says what was attempted', async () => {
  const { server, open } = setUp();
  server.routes.set('/newAccount', problem('invalidContact', 400));
  const failure = await failureOf(open(), 'AcmeAccountError');
  assert.match(failure.message, /^registering the account: /);
  assert.ok(failure.details.problem);
});

test('a registration refused for a reason without a code of its own is about the account too', async () => {
  const { server, open } = setUp();
  server.routes.set('/newAccount', problem('malformed', 400));
  const failure = await failureOf(open(), 'AcmeAccountError');
  assert.ok(failure.details.problem);
});
