import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locationOf } from '../../src/acme/transport.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { base, type FakeAnswer, problem, unreachable } from './fake-http.ts';
import { createTransport, retry, sign } from './fake-transport.ts';

const url = `${base}/resource`;
const busy = (retryAfter: string): FakeAnswer => ({ status: 503, headers: { 'retry-after': retryAfter } });

function setUp(...answers: FakeAnswer[]) {
  const parts = createTransport();
  parts.server.routes.set('/resource', answers);
  return { ...parts, post: () => parts.transport.post(url, sign) };
}

test('any number of requests in sequence cost one directory and one nonce request', async () => {
  const { server, post } = setUp({ body: { status: 'valid' } });
  for (let number = 0; number < 20; number++) await post();
  assert.deepEqual([server.countOf('/directory'), server.countOf('/newNonce')], [1, 1]);
});

test('requests side by side share the directory and the first nonce', async () => {
  const { server, post } = setUp({ body: {} });
  await Promise.all([post(), post(), post()]);
  assert.deepEqual([server.countOf('/directory'), server.countOf('/newNonce'), server.countOf('/resource')], [1, 1, 3]);
});

test('a signed request is a POST of a JWS with a limit', async () => {
  const { server, post } = setUp({ body: { status: 'valid' } });
  const answer = await post();
  assert.deepEqual([answer.status, answer.data, answer.url], [200, { status: 'valid' }, url]);
  const sent = server.requests.at(-1);
  assert.deepEqual(
    [sent?.method, sent?.headers?.['content-type'], sent?.timeoutMs],
    ['POST', 'application/jose+json', retry.requestTimeoutMs],
  );
});

test('text that is not JSON comes back as text', async () => {
  assert.equal((await setUp({ body: '-----BEGIN CERTIFICATE-----' }).post()).data, '-----BEGIN CERTIFICATE-----');
});

test('a refused nonce is answered by a new signature with the nonce that came with the refusal', async () => {
  const { server, clock, post } = setUp(problem('badNonce', 400), problem('badNonce', 400), { body: {} });
  await post();
  const nonces = server.signed.map(({ header }) => header.nonce);
  assert.deepEqual(nonces, ['nonce-1', 'nonce-2', 'nonce-3']);
  const bodies = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
  assert.equal(new Set(bodies).size, 3);
  assert.deepEqual([server.countOf('/newNonce'), clock.sleeps], [1, []]);
});

test('a refusal without a nonce makes the transport ask for one', async () => {
  const bare = problem('badNonce', 400) as { headers: object };
  const { server, post } = setUp({ ...bare, headers: { 'replay-nonce': undefined } }, { body: {} });
  await post();
  assert.equal(server.countOf('/newNonce'), 2);
});

test('a CA that refuses every nonce is given up', async () => {
  const { server, post } = setUp(problem('badNonce', 400));
  const failure = await failureOf(post(), 'AcmeError');
  assert.match(failure.message, /badNonce/);
  assert.ok(server.countOf('/resource') <= 50);
});

test('no attempt after a failure repeats a signature', async () => {
  const { server, post } = setUp({ status: 500 }, unreachable, busy('1'), { body: {} });
  await post();
  const nonces = server.signed.map(({ header }) => header.nonce);
  assert.equal(nonces.length, 4);
  assert.equal(new Set(nonces).size, 4);
});

test('server errors and network failures are tried again with growing pauses', async () => {
  const { clock, post } = setUp({ status: 500 }, unreachable, { status: 502 }, { body: {} });
  await post();
  assert.deepEqual(clock.sleeps, [750, 1500, 3000]);
});

test('a server error that stays is AcmeUnreachable with the problem and the number of attempts', async () => {
  const { server, post } = setUp(problem('serverInternal', 500));
  const failure = await failureOf(post(), 'AcmeUnreachable');
  assert.match(failure.message, /answered 500: serverInternal it is \(4 attempts\)/);
  assert.equal(failure.details.problem?.type, 'urn:ietf:params:acme:error:serverInternal');
  assert.equal(server.countOf('/resource'), retry.attempts);
});

test('a network failure that stays keeps its reason', async () => {
  const failure = await failureOf(setUp(unreachable).post(), 'AcmeUnreachable');
  assert.match(failure.message, /connect ECONNREFUSED \(4 attempts\)/);
});

test('Retry-After is waited for, in seconds or as a date', async () => {
  const { clock, post } = setUp(busy('30'), problem('rateLimited', 429), busy('Sun, 01 Mar 2026 00:02:00 GMT'), {
    body: {},
  });
  await post();
  assert.equal(clock.sleeps[0], 30_000);
  assert.equal(clock.now().toISOString(), '2026-03-01T00:02:00.000Z');
});

for (const status of [429, 503]) {
  test(`a Retry-After beyond the limit on ${status} is given up at once, with the moment`, async () => {
    const limited = { ...(problem('rateLimited', status) as object), headers: { 'retry-after': '3600' } };
    const { server, clock, post } = setUp(limited);
    const failure = await failureOf(post(), 'AcmeRateLimited');
    assert.deepEqual(failure.details.retryAt, new Date('2026-03-01T01:00:00Z'));
    assert.match(failure.message, /2026-03-01T01:00:00\.000Z/);
    assert.equal(failure.details.problem?.status, status);
    assert.deepEqual([clock.sleeps, server.countOf('/resource')], [[], 1]);
  });
}

test('the nonce request and the directory are tried again like every other', async () => {
  const { server, post } = setUp({ body: {} });
  server.routes.set('/directory', [unreachable, { body: server.directory }]);
  server.routes.set('/newNonce', [{ status: 503 }, {}]);
  await post();
  assert.deepEqual([server.countOf('/directory'), server.countOf('/newNonce')], [2, 2]);
});

test('a refusal is not repeated and keeps the whole problem document', async () => {
  const subproblems = [
    { type: 'urn:ietf:params:acme:error:caa', detail: 'CAA', identifier: { type: 'dns', value: 'a.test' } },
  ];
  const { server, post } = setUp(problem('rejectedIdentifier', 403, { subproblems }));
  const failure = await failureOf(post(), 'OrderRejected');
  assert.deepEqual(failure.details.problem?.subproblems, [
    { type: 'urn:ietf:params:acme:error:caa', detail: 'CAA', identifier: 'a.test' },
  ]);
  assert.equal(server.countOf('/resource'), 1);
});

test('an answer that is neither success nor refusal is a failure of the CA', async () => {
  const failure = await failureOf(setUp({ status: 302, headers: { location: '/elsewhere' } }).post(), 'AcmeError');
  assert.match(failure.message, /302/);
});

test('a newNonce answer without a nonce says so', async () => {
  const { server, post } = setUp({ body: {} });
  server.routes.set('/newNonce', { headers: { 'replay-nonce': undefined } });
  const failure = await failureOf(post(), 'AcmeError');
  assert.match(failure.message, /without Replay-Nonce/);
});

test('an interruption ends the waiting and is not repeated', async () => {
  const { interrupting, server, post } = setUp(busy('30'));
  server.routes.set('/resource', () => {
    interrupting.abort(interruption());
    return busy('30');
  });
  await failureOf(post(), 'Interrupted');
  assert.equal(server.countOf('/resource'), 1);
});

test('the directory is found at the second address', async () => {
  const { server, transport } = createTransport(base);
  server.routes.set('/directory', { status: 404 });
  server.routes.set('/', { body: server.directory });
  assert.equal((await transport.directory()).newNonce, `${base}/newNonce`);
});

test('no directory anywhere names each address and what it answered', async () => {
  const { server, transport } = createTransport(base);
  server.routes.set('/directory', { status: 404 });
  server.routes.set('/', { body: '<html>' });
  const failure = await failureOf(transport.directory(), 'AcmeError');
  assert.match(failure.message, /\/directory answered 404; .*ca\.test answered 200, but not with a directory/);
});

test('locationOf resolves what the CA names, and refuses its absence', async () => {
  const answer = { status: 201, headers: { location: '/order/1' }, data: {}, url };
  assert.equal(locationOf(answer), `${base}/order/1`);
  await failureOf(() => locationOf({ ...answer, headers: {} }), 'AcmeError');
});
