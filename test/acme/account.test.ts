import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { openAccount } from '../../src/acme/account.ts';
import type { AccountRequest } from '../../src/core/acme.ts';
import type { AccountRecord } from '../../src/core/stores.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { failureOf } from '../support/wacs-error.ts';
import { base, problem, unreachable } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const url = `${base}/account/1`;
const request: AccountRequest = { acceptTerms: true, emailAddresses: ['admin@a.test'] };

function setUp(stored?: AccountRecord) {
  const { server, transport } = createTransport();
  const written: AccountRecord[] = [];
  let created = 0;
  server.routes.set('/newAccount', {
    status: 201,
    headers: { location: url },
    body: { status: 'valid', contact: ['mailto:admin@a.test'] },
  });
  const services = {
    transport,
    accounts: { read: async () => stored, write: async (record: AccountRecord) => void written.push(record) },
    createAccountKey: async () => {
      created += 1;
      return keyPem;
    },
  };
  const open = (changes: Partial<AccountRequest> = {}) => openAccount({ ...request, ...changes }, services);
  return { server, written, open, created: () => created };
}

test('the key is stored before the CA hears of it, and the address afterwards', async () => {
  const { server, written, open } = setUp();
  server.routes.set('/newAccount', (signed) => {
    assert.deepEqual(written, [{ keyPem, contact: ['mailto:admin@a.test'] }]);
    assert.deepEqual(signed.payload, { termsOfServiceAgreed: true, contact: ['mailto:admin@a.test'] });
    return { status: 201, headers: { location: '/account/1' }, body: { status: 'valid' } };
  });
  const { account } = await open();
  assert.deepEqual([account.url, account.status], [url, 'valid']);
  assert.deepEqual(written[1], { keyPem, contact: ['mailto:admin@a.test'], url, termsOfService: `${base}/terms` });
});

test('a registration that was not confirmed goes on with the same key', async () => {
  const failing = setUp();
  failing.server.routes.set('/newAccount', unreachable);
  await failureOf(failing.open(), 'AcmeUnreachable');
  const [record] = failing.written;
  assert.deepEqual([failing.written.length, record?.url], [1, undefined]);
  const again = setUp(record);
  await again.open();
  assert.equal(again.created(), 0);
  assert.equal(again.written.at(-1)?.keyPem, keyPem);
});

const stored: AccountRecord = { keyPem, url, contact: ['mailto:admin@a.test'] };

test('a stored account costs no request', async () => {
  const { server, open, written } = setUp(stored);
  const { account, session } = await open({ acceptTerms: false });
  assert.deepEqual([account.url, session.api.accountUrl], [url, url]);
  assert.deepEqual([server.requests.length, written.length], [0, 0]);
});

test('another e-mail address updates the stored account, none leaves it as it is', async () => {
  const { server, open, written } = setUp(stored);
  await open({ emailAddresses: [] });
  assert.equal(server.requests.length, 0);
  server.routes.set('/account/1', { body: { status: 'valid', contact: ['mailto:new@a.test'] } });
  const { account } = await open({ emailAddresses: ['new@a.test'] });
  assert.deepEqual(server.signed.at(-1)?.payload, { contact: ['mailto:new@a.test'] });
  assert.deepEqual([account.contact, written.at(-1)?.contact], [['mailto:new@a.test'], ['mailto:new@a.test']]);
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
  assert.equal((await open({ acceptTerms: false, emailAddresses: [] })).account.url, url);
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
