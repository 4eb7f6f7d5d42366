import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FakeAcme, startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import {
  createKey,
  getNonce,
  macJws,
  order,
  post,
  postJws,
  publicJwk,
  type RawAnswer,
  register,
  send,
  signJws,
} from './raw-client.ts';

describe('the fake CA checks requests', () => {
  let fake: FakeAcme;
  before(async () => {
    fake = await startFakeAcme({ meta: { termsOfService: 'https://ca.example/terms' }, alwaysValid: true });
  });
  after(() => fake.stop());

  it('refuses a nonce the second time and offers a fresh one', async () => {
    const { key, kid } = await register(fake);
    const jws = signJws(key, { header: { kid, url: kid, nonce: await getNonce(fake) } });
    assert.equal((await postJws(fake, kid, jws)).status, 200);
    const second = await postJws(fake, kid, jws);
    assertProblem(second, 400, 'badNonce');
    const nonce = second.headers['replay-nonce'];
    assert.equal((await postJws(fake, kid, signJws(key, { header: { kid, url: kid, nonce } }))).status, 200);
  });

  it('gives nonces on HEAD and GET of newNonce', async () => {
    const url = `${fake.state.baseUrl}/new-nonce`;
    const answers = [await send(fake, url, { method: 'HEAD' }), await send(fake, url)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 204],
    );
    assert.equal(new Set(answers.map(({ headers }) => headers['replay-nonce'])).size, 2);
  });

  it('refuses a signature by another key, another url, and a request without kid and jwk', async () => {
    const { key, kid } = await register(fake);
    assertProblem(await post(fake, kid, { key: createKey(), kid }), 400, 'malformed');
    const elsewhere = { kid, url: `${kid}x`, nonce: await getNonce(fake) };
    assertProblem(await postJws(fake, kid, signJws(key, { header: elsewhere })), 401, 'unauthorized');
    const nameless = { url: kid, nonce: await getNonce(fake) };
    assertProblem(await postJws(fake, kid, signJws(key, { header: nameless })), 400, 'malformed');
  });

  it('refuses jwk where kid is due, unknown accounts and foreign algorithms', async () => {
    const { key, kid } = await register(fake);
    assertProblem(await post(fake, kid, { key }), 400, 'malformed');
    assertProblem(await post(fake, kid, { key, kid: `${kid}x` }), 400, 'accountDoesNotExist');
    const header = { kid, url: kid, nonce: await getNonce(fake), alg: 'ES512' };
    assertProblem(await postJws(fake, kid, signJws(key, { header })), 400, 'badSignatureAlgorithm');
  });

  it('refuses a wrong content type, a missing User-Agent and plain GET', async () => {
    const { kid } = await register(fake);
    const wrong = { 'User-Agent': 'test', 'Content-Type': 'application/json' };
    assertProblem(await send(fake, kid, { method: 'POST', headers: wrong, body: '{}' }), 415, 'malformed');
    assertProblem(await send(fake, fake.directoryUrl, { headers: {} }), 400, 'malformed');
    assertProblem(await send(fake, kid), 405, 'malformed');
    assertProblem(await send(fake, `${fake.state.baseUrl}/nowhere`), 404, 'malformed');
  });

  it('finds the account of a key and insists on terms for a new one', async () => {
    const { key, kid } = await register(fake, createKey('RS256'));
    const url = `${fake.state.baseUrl}/new-account`;
    const found = await post(fake, url, { key, payload: { onlyReturnExisting: true } });
    assert.deepEqual([found.status, found.headers.location], [200, kid]);
    const none = await post(fake, url, { key: createKey(), payload: { onlyReturnExisting: true } });
    assertProblem(none, 400, 'accountDoesNotExist');
    const refused = await post(fake, url, { key: createKey('ES384'), payload: {} });
    assertProblem(refused, 403, 'userActionRequired');
    assert.match(String(refused.headers.link), /<https:\/\/ca.example\/terms>;rel="terms-of-service"/);
  });

  it('refuses a key change to a key in use and names its account', async () => {
    const [first, second] = [await register(fake), await register(fake)];
    const url = `${fake.state.baseUrl}/key-change`;
    const change = { account: first.kid, oldKey: publicJwk(first.key) };
    const payload = signJws(second.key, { header: { jwk: publicJwk(second.key), url }, payload: change });
    const answer = await post(fake, url, { ...first, payload });
    assertProblem(answer, 409, 'conflict');
    assert.equal(answer.headers.location, second.kid);
  });

  it('refuses an external account binding over another key', async () => {
    fake.state.settings.externalAccounts = { k1: Buffer.alloc(32, 1).toString('base64url') };
    const url = `${fake.state.baseUrl}/new-account`;
    const header = { kid: 'k1', url };
    const foreign = macJws(Buffer.alloc(32, 1), { header, payload: publicJwk(createKey()) });
    const payload = { termsOfServiceAgreed: true, externalAccountBinding: foreign };
    assertProblem(await post(fake, url, { key: createKey(), payload }), 400, 'malformed');
  });

  it('refuses bad names one by one, foreign types and foreign profiles', async () => {
    const account = await register(fake);
    const refused = await order(fake, account, ['good.example.test', 'bad_name.test', '-x.test']);
    assertProblem(refused, 400, 'rejectedIdentifier');
    assert.deepEqual(
      (refused.json.subproblems as { identifier: { value: string } }[]).map(({ identifier }) => identifier.value),
      ['bad_name.test', '-x.test'],
    );
    const identifiers = [{ type: 'email', value: 'a@example.test' }];
    assertProblem(await order(fake, account, [], { identifiers }), 400, 'unsupportedIdentifier');
    assertProblem(await order(fake, account, ['example.test'], { profile: 'nope' }), 400, 'invalidProfile');
  });

  it('refuses finalize before the order is ready and objects of other accounts', async () => {
    const account = await register(fake);
    const { json, headers } = await order(fake, account, ['example.test']);
    const payload = { csr: '' };
    assertProblem(await post(fake, String(json.finalize), { ...account, payload }), 403, 'orderNotReady');
    assertProblem(await post(fake, String(headers.location), await register(fake)), 403, 'unauthorized');
    assertProblem(await post(fake, String(headers.location), { ...account, payload: {} }), 400, 'malformed');
  });

  it('gives the same order again when told', async () => {
    const account = await register(fake);
    fake.state.settings.reuseOrders = true;
    const names = ['b.example.test', 'a.example.test'];
    const first = await order(fake, account, names);
    const second = await order(fake, account, names.toReversed());
    assert.equal(second.headers.location, first.headers.location);
    fake.state.settings.reuseOrders = false;
    assert.notEqual((await order(fake, account, names)).headers.location, first.headers.location);
  });

  it('offers only dns-01 for wildcards', async () => {
    const account = await register(fake);
    const { json } = await order(fake, account, ['*.example.test']);
    const authorization = await post(fake, String((json.authorizations as string[])[0]), account);
    assert.equal(authorization.json.wildcard, true);
    assert.deepEqual(
      (authorization.json.challenges as { type: string }[]).map(({ type }) => type),
      ['dns-01'],
    );
  });
});

function assertProblem(answer: RawAnswer, status: number, type: string): void {
  assert.deepEqual([answer.status, answer.json.type], [status, `urn:ietf:params:acme:error:${type}`], answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
}
