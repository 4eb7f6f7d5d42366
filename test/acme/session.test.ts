import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createSession } from '../../src/acme/session.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { base, problem } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const account = `${base}/account/1`;
const order = { status: 'pending', identifiers: [], authorizations: [], finalize: `${base}/finalize/1` };

test('every request of acme-client goes through the transport, with one nonce request in all', async () => {
  const { server, transport } = createTransport();
  const { api } = await createSession(transport, keyPem, account);
  server.routes.set('/newOrder', { status: 201, headers: { location: `${base}/order/1` }, body: order });
  for (const path of ['/order/1', '/finalize/1', '/authz/1', '/challenge/1', '/account/1', '/revokeCert', '/cert/1'])
    server.routes.set(path, { body: order });
  await api.createOrder({ identifiers: [] });
  await api.getOrder(`${base}/order/1`);
  await api.finalizeOrder(`${base}/finalize/1`, { csr: '' });
  await api.getAuthorization(`${base}/authz/1`);
  await api.updateAuthorization(`${base}/authz/1`, { status: 'deactivated' });
  await api.completeChallenge(`${base}/challenge/1`, {});
  await api.updateAccount({ contact: [] });
  await api.revokeCert({ certificate: '' });
  await api.apiRequest(`${base}/cert/1`, null, [200]);
  assert.equal(server.signed.length, 9);
  assert.equal(server.countOf('/newNonce'), 1);
  assert.equal(server.requests.length, 9 + 2);
});

test('requests are signed for their address, with the account or, before there is one, with the key', async () => {
  const { server, transport } = createTransport();
  const { api, signer } = await createSession(transport, keyPem);
  server.routes.set('/newAccount', { status: 201, headers: { location: account }, body: { status: 'valid' } });
  server.routes.set('/order/1', { body: order });
  await api.createAccount({ termsOfServiceAgreed: true });
  await api.getOrder(`${base}/order/1`);
  const [first, second] = server.signed;
  assert.deepEqual([first?.header.jwk, first?.header.kid, first?.header.alg], [signer.getJwk(), undefined, 'ES256']);
  assert.deepEqual([second?.header.jwk, second?.header.kid], [undefined, account]);
  assert.deepEqual([first?.payload, second?.payload], [{ termsOfServiceAgreed: true }, undefined]);
  assert.equal(second?.header.url, `${base}/order/1`);
});

test('a refused nonce is signed anew by acme-client', async () => {
  const { server, transport } = createTransport();
  const { api } = await createSession(transport, keyPem, account);
  server.routes.set('/order/1', [problem('badNonce', 400), { body: order }]);
  await api.getOrder(`${base}/order/1`);
  assert.deepEqual(
    server.signed.map(({ header }) => header.nonce),
    ['nonce-1', 'nonce-2'],
  );
});

/** What src/acme/session.ts replaces or calls; a release of acme-client without it must not reach a server. */
const members = {
  http: ['getDirectory', 'getNonce', 'signedRequest', 'createSignedBody', 'prepareSignedBody', 'getJwk'],
  api: [
    ...['createAccount', 'updateAccount', 'createOrder', 'getOrder', 'finalizeOrder', 'getAuthorization'],
    ...['updateAuthorization', 'completeChallenge', 'revokeCert', 'apiRequest', 'getAccountUrl'],
  ],
};

test('acme-client still has the members that are replaced, and still calls them', async () => {
  const { transport } = createTransport();
  const { client } = await createSession(transport, keyPem, account);
  const parts = client as unknown as Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>;
  for (const [part, names] of Object.entries(members))
    for (const name of names) assert.equal(typeof parts[part]?.[name], 'function', `${part}.${name}`);
  const called: string[] = [];
  const { http, api } = parts;
  assert.ok(http && api);
  http.getDirectory = async () => {
    called.push('getDirectory');
    return { newOrder: `${base}/newOrder` };
  };
  api.apiRequest = async () => {
    called.push('apiRequest');
    return { status: 201, headers: {}, data: {} };
  };
  await api.createOrder?.({});
  assert.deepEqual(called, ['getDirectory', 'apiRequest']);
});

test("acme-client's own transport asks for a nonce before each POST, which is why it is replaced", async (t) => {
  const require = createRequire(import.meta.url);
  const axios = require('acme-client/src/axios.js') as { request: (options: object) => Promise<object> };
  const { Client } = await import('acme-client');
  const directory = { newNonce: `${base}/newNonce`, newOrder: `${base}/newOrder` };
  const requests: string[] = [];
  t.mock.method(axios, 'request', async (options: { method: string; url: string }) => {
    requests.push(`${options.method} ${options.url}`);
    const data = options.url.endsWith('/directory') ? directory : {};
    return { status: 200, headers: { 'replay-nonce': 'x' }, data };
  });
  const client = new Client({ directoryUrl: `${base}/directory`, accountKey: keyPem, accountUrl: account });
  const { api } = client as unknown as { api: { getOrder(url: string): Promise<unknown> } };
  for (let number = 0; number < 3; number++) await api.getOrder(`${base}/order/1`);
  assert.equal(requests.filter((request) => request === `head ${base}/newNonce`).length, 3);
});
