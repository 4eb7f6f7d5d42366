import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountKeeper } from '../../src/acme/account-keeper.ts';
import { createCertificateAuthority } from '../../src/acme/authority.ts';
import type { RevocationReason } from '../../src/core/acme.ts';
import type { AccountStore } from '../../src/core/stores.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { createTestChain } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';
import { createFakeAccounts } from './fake-accounts.ts';
import { base, type FakeAnswer, problem } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const identifiers = [{ type: 'dns' as const, value: 'a.test' }];
const orderUrl = `${base}/order/1`;
const orderBody = {
  status: 'pending',
  identifiers,
  authorizations: [`${base}/authz/1`],
  finalize: `${base}/finalize/1`,
};
const created = (body: object = orderBody): FakeAnswer => ({ status: 201, headers: { location: orderUrl }, body });
const order = { url: orderUrl, ...orderBody, status: 'ready' };

/** @param changes of the directory, which is read once */
async function setUp(changes: object = {}) {
  const { server, ...parts } = createTransport();
  const { clock, log, transport } = parts;
  server.directory = { ...server.directory, ...changes };
  const stored = createFakeAccounts({ keyPem, url: `${base}/account/1`, contact: [] });
  const authority = createAuthority(parts, stored);
  await authority.ensureAccount({ acceptTerms: false });
  server.routes.set('/newOrder', created());
  const payloads = () => server.signed.map(({ path, payload }) => [path, payload]);
  return { authority, server, clock, log, payloads, stored, transport };
}

type Parts = Omit<ReturnType<typeof createTransport>, 'server'>;

function createAuthority({ transport, clock, log, interrupting }: Parts, accounts: AccountStore) {
  const createAccountKey = async () => keyPem;
  return createCertificateAuthority({
    transport,
    account: new AccountKeeper({ transport, accounts, createAccountKey, clock, log }),
    clock,
    log,
    poll: { timeoutMs: 60_000, firstLookMs: 50, firstPauseMs: 250, longestPauseMs: 5000 },
    issuerOf: () => undefined,
    signal: interrupting.signal,
  });
}

test('an order is created for the names, with its profile', async () => {
  const { authority, payloads } = await setUp();
  const made = await authority.newOrder({ identifiers, profile: 'classic' });
  assert.equal(made.url, orderUrl);
  assert.deepEqual(payloads(), [['/newOrder', { identifiers, profile: 'classic' }]]);
});

test('the predecessor is named to a CA with renewal information, and to no other', async () => {
  const { authority, payloads } = await setUp();
  await authority.newOrder({ identifiers, replaces: 'id.1' });
  assert.deepEqual(payloads()[0], ['/newOrder', { identifiers, replaces: 'id.1' }]);
  const without = await setUp({ renewalInfo: undefined });
  await without.authority.newOrder({ identifiers, replaces: 'id.1' });
  assert.deepEqual(without.payloads()[0], ['/newOrder', { identifiers }]);
});

for (const [name, status] of [
  ['alreadyReplaced', 409],
  ['conflict', 409],
  ['malformed', 400],
  ['unauthorized', 403],
] as const) {
  test(`a predecessor refused as ${name} does not stand in the way`, async () => {
    const { authority, server, payloads } = await setUp();
    server.routes.set('/newOrder', [problem(name, status), created()]);
    await authority.newOrder({ identifiers, replaces: 'id.1' });
    assert.deepEqual(payloads(), [
      ['/newOrder', { identifiers, replaces: 'id.1' }],
      ['/newOrder', { identifiers }],
    ]);
  });
}

test('a refusal for another reason is not repeated without the predecessor', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/newOrder', problem('rejectedIdentifier', 403));
  const failure = await failureOf(authority.newOrder({ identifiers, replaces: 'id.1' }), 'OrderRejected');
  assert.match(failure.message, /^creating the order: /);
  assert.equal(server.signed.length, 1);
});

test('an order for other names than were asked for is refused', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/newOrder', created({ ...orderBody, identifiers: [{ type: 'dns', value: 'b.test' }] }));
  await failureOf(authority.newOrder({ identifiers }), 'AcmeError');
});

test('a profile the CA does not offer is refused before an order, naming those it does', async () => {
  const { authority, server } = await setUp();
  const failure = await failureOf(authority.newOrder({ identifiers, profile: 'shortlived' }), 'OrderRejected');
  assert.match(failure.message, /the profile "shortlived"; it offers classic$/);
  assert.match(failure.hint ?? '', /same --id and one of these with --profile/);
  assert.equal(server.signed.length, 0);
  assert.deepEqual(await authority.profiles(), ['classic']);
});

for (const where of ['newOrder', 'finalize'] as const) {
  test(`a profile that is refused at ${where} is told with those on offer`, async () => {
    const { authority, server } = await setUp();
    server.routes.set('/newOrder', problem('invalidProfile', 400));
    server.routes.set('/finalize/1', problem('invalidProfile', 400));
    const attempt =
      where === 'newOrder'
        ? authority.newOrder({ identifiers, profile: 'classic' })
        : authority.finalizeOrder(order, new Uint8Array());
    const failure = await failureOf(attempt, 'OrderRejected');
    assert.match(failure.message, /\(invalidProfile\); it offers classic$/);
    assert.match(failure.details.problem?.type ?? '', /invalidProfile$/);
  });
}

test('an order for another profile than was asked for is used, and told', async () => {
  const { authority, server, log } = await setUp();
  const warnings = () => log.lines.filter((line) => line.startsWith('warning'));
  for (const body of [orderBody, { ...orderBody, profile: 'classic' }]) {
    server.routes.set('/newOrder', created(body));
    await authority.newOrder({ identifiers, profile: 'classic' });
  }
  assert.deepEqual(warnings(), []);
  server.routes.set('/newOrder', created({ ...orderBody, profile: 'other' }));
  assert.equal((await authority.newOrder({ identifiers, profile: 'classic' })).profile, 'other');
  assert.match(warnings().join(), /for the profile "other", although "classic" was asked for/);
  await authority.newOrder({ identifiers });
  assert.equal(warnings().length, 1);
});

test('names in another order, case or form, and twice, are the same names', async () => {
  const { authority, server } = await setUp();
  const wished = [
    ...identifiers,
    { type: 'dns' as const, value: 'b.test' },
    { type: 'ip' as const, value: '2001:db8::1' },
  ];
  const answered = [
    { type: 'ip', value: '2001:0DB8:0:0:0:0:0:1' },
    { type: 'dns', value: 'B.Test' },
    { type: 'dns', value: 'a.test.' },
    { type: 'dns', value: 'b.test' },
  ];
  server.routes.set('/newOrder', created({ ...orderBody, identifiers: answered }));
  assert.equal((await authority.newOrder({ identifiers: wished })).url, orderUrl);
  server.routes.set('/newOrder', created({ ...orderBody, identifiers: answered.slice(1) }));
  await failureOf(authority.newOrder({ identifiers: wished }), 'AcmeError');
});

test('a CA without profiles says to leave the profile out', async () => {
  const { authority } = await setUp({ meta: {} });
  const failure = await failureOf(authority.newOrder({ identifiers, profile: 'classic' }), 'OrderRejected');
  assert.match(failure.hint ?? '', /leave --profile out/);
  assert.deepEqual(await authority.profiles(), []);
});

test('the request is sent in base64url', async () => {
  const { authority, server, payloads } = await setUp();
  server.routes.set('/finalize/1', { body: { ...orderBody, status: 'processing' } });
  const answered = await authority.finalizeOrder(order, new Uint8Array([0xfb, 0xff, 0x00]));
  assert.equal(answered.status, 'processing');
  assert.deepEqual(payloads(), [['/finalize/1', { csr: '-_8A' }]]);
});

for (const status of ['processing', 'valid']) {
  test(`orderNotReady for an order that is ${status} means that the request had been taken before`, async () => {
    const { authority, server } = await setUp();
    server.routes.set('/finalize/1', problem('orderNotReady', 403));
    server.routes.set('/order/1', { body: { ...orderBody, status } });
    assert.equal((await authority.finalizeOrder(order, new Uint8Array())).status, status);
    assert.equal(server.countOf('/finalize/1'), 1);
  });
}

test('orderNotReady for an order that is ready is tried again, a bounded number of times', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/order/1', { body: { ...orderBody, status: 'ready' } });
  server.routes.set('/finalize/1', [problem('orderNotReady', 403), { body: { ...orderBody, status: 'valid' } }]);
  assert.equal((await authority.finalizeOrder(order, new Uint8Array())).status, 'valid');
  server.routes.set('/finalize/1', problem('orderNotReady', 403));
  await failureOf(authority.finalizeOrder(order, new Uint8Array()), 'AcmeError');
  assert.ok(server.countOf('/finalize/1') <= 12);
});

test('another refusal of the request is not asked about', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/finalize/1', problem('badCSR', 400));
  await failureOf(authority.finalizeOrder(order, new Uint8Array()), 'OrderRejected');
  assert.equal(server.countOf('/order/1'), 0);
});

test('the key authorization is that of RFC 8555 section 8.1', async () => {
  const { authority } = await setUp();
  const challenge = { url: `${base}/chall/1`, type: 'dns-01', status: 'pending', token: 'token' };
  assert.match(await authority.keyAuthorization(challenge), /^token\.[\w-]{43}$/);
});

test('waiting ends when the authorization or the order has settled', async () => {
  const { authority, server, clock } = await setUp();
  const authorization = (status: string): FakeAnswer => ({
    body: { status, identifier: identifiers[0], challenges: [] },
  });
  server.routes.set('/authz/1', [authorization('pending'), authorization('processing'), authorization('invalid')]);
  assert.equal((await authority.waitForAuthorization(`${base}/authz/1`)).status, 'invalid');
  assert.deepEqual(clock.sleeps, [50, 250, 375]);
  server.routes.set('/order/1', [{ body: orderBody }, { body: { ...orderBody, status: 'ready' } }]);
  assert.equal((await authority.waitForOrder(orderUrl, ['pending'])).status, 'ready');
});

test('what does not settle within the limit is AcmeTimeout', async () => {
  const { authority, server, clock } = await setUp();
  server.routes.set('/order/1', { body: orderBody });
  const started = clock.now().getTime();
  const failure = await failureOf(authority.waitForOrder(orderUrl, ['pending']), 'AcmeTimeout');
  assert.match(failure.message, /within 60 s/);
  assert.ok(clock.now().getTime() - started <= 60_000);
});

test('a challenge is answered with an empty object, and an authorization given up by its status', async () => {
  const { authority, server, payloads } = await setUp();
  server.routes.set('/chall/1', { body: {} });
  server.routes.set('/authz/1', { body: {} });
  await authority.answerChallenge(`${base}/chall/1`);
  await authority.deactivateAuthorization(`${base}/authz/1`);
  assert.deepEqual(payloads(), [
    ['/chall/1', {}],
    ['/authz/1', { status: 'deactivated' }],
  ]);
});

test('the certificate of a valid order is downloaded, by the preferred issuer when one is given', async () => {
  const { authority, server, log } = await setUp();
  const { leafPem, chainPem } = await createTestChain();
  const link = '</cert/2>;rel="alternate"';
  server.routes.set('/cert/1', { headers: { link }, body: leafPem + chainPem.join('') });
  server.routes.set('/cert/2', { body: leafPem });
  const valid = { ...order, status: 'valid', certificate: `${base}/cert/1` };
  assert.deepEqual(await authority.downloadCertificate(valid), [leafPem, ...chainPem]);
  assert.equal(server.countOf('/cert/2'), 0);
  await authority.downloadCertificate(valid, 'Another Root');
  assert.equal(server.countOf('/cert/2'), 1);
  assert.ok(log.lines.some((line) => line.includes('no chain up to "Another Root"')));
});

test('an authorization is read as it is', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/authz/1', { body: { status: 'pending', identifier: identifiers[0], challenges: [] } });
  assert.equal((await authority.getAuthorization(`${base}/authz/1`)).status, 'pending');
});

test('a certificate is revoked by its DER form and reason; one that was revoked before is no failure', async () => {
  const { authority, server, payloads } = await setUp();
  const { leafPem } = await createTestChain();
  server.routes.set('/revokeCert', [{}, problem('alreadyRevoked', 400), problem('badRevocationReason', 400)]);
  const revoke = (reason: RevocationReason) => authority.revokeCertificate({ certificatePem: leafPem, reason });
  assert.equal(await revoke('superseded'), 'revoked');
  const der = Buffer.from(leafPem.replace(/-----.*?-----|\s/g, ''), 'base64');
  assert.deepEqual(payloads(), [['/revokeCert', { certificate: der.toString('base64url'), reason: 4 }]]);
  assert.equal(await revoke('keyCompromise'), 'alreadyRevoked');
  assert.match((await failureOf(revoke('unspecified'), 'AcmeError')).hint ?? '', /another --reason/);
});

test('any 2xx is a success, whatever acme-client expects; what is unusable then is AcmeError', async () => {
  const { authority, server } = await setUp();
  server.routes.set('/chall/1', { status: 204 });
  await authority.answerChallenge(`${base}/chall/1`);
  server.routes.set('/newOrder', { status: 200, headers: { location: orderUrl }, body: orderBody });
  assert.equal((await authority.newOrder({ identifiers })).url, orderUrl);
  server.routes.set('/order/1', [{ status: 204 }, { status: 304 }]);
  await failureOf(authority.getOrder(orderUrl), 'AcmeError');
  await failureOf(authority.getOrder(orderUrl), 'AcmeError');
});

test('the account is opened once, and before anything else', async () => {
  const { authority, server } = await setUp();
  await Promise.all([1, 2, 3].map(() => authority.ensureAccount({ acceptTerms: false, emailAddresses: ['x@a.test'] })));
  assert.equal(server.signed.length, 0);
  const unopened = createAuthority(createTransport(), createFakeAccounts());
  await failureOf(unopened.getOrder(orderUrl), 'UnexpectedError');
});
