import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type FakeAcme, startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import * as faults from '../support/fake-acme/faults.ts';
import { getNonce, order, postJws, type RawAnswer, register, send, signJws } from './raw-client.ts';

interface Expected {
  readonly fault: Fault;
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, RegExp>>;
  readonly body?: (json: RawAnswer['json']) => void;
}

const date = new Date('2031-05-06T07:08:09Z');

const refusals: Readonly<Record<string, Expected>> = {
  'rateLimited in seconds': {
    fault: faults.rateLimited(10_800),
    status: 429,
    type: 'rateLimited',
    headers: { 'retry-after': /^10800$/, link: /<https:\/\/ca.example\/rate-limits>;rel="help"/ },
  },
  'rateLimited by date': {
    fault: faults.rateLimited(date),
    status: 429,
    type: 'rateLimited',
    headers: { 'retry-after': /^Tue, 06 May 2031 07:08:09 GMT$/ },
  },
  'rateLimited without a time': {
    fault: faults.rateLimited(),
    status: 429,
    type: 'rateLimited',
    headers: { 'retry-after': /^undefined$/ },
  },
  paused: {
    fault: faults.paused('www.example.test'),
    status: 429,
    type: 'rateLimited',
    body: ({ detail }) => assert.match(String(detail), /www\.example\.test.*https:\/\/ca\.example\/unpause/),
  },
  unavailable: {
    fault: faults.unavailable(2),
    status: 503,
    type: 'serverInternal',
    headers: { 'retry-after': /^2$/ },
  },
  serverInternal: { fault: faults.serverInternal(), status: 500, type: 'serverInternal' },
  badNonce: { fault: faults.badNonce(), status: 400, type: 'badNonce' },
  unauthorized: { fault: faults.unauthorized(), status: 403, type: 'unauthorized' },
  malformed: { fault: faults.malformed(), status: 400, type: 'malformed' },
  orderNotReady: { fault: faults.orderNotReady(), status: 403, type: 'orderNotReady' },
  'refusal of any type': { fault: faults.refusal('caa', 403, 'CAA forbids it'), status: 403, type: 'caa' },
  termsChanged: {
    fault: faults.termsChanged(),
    status: 403,
    type: 'userActionRequired',
    headers: { link: /<https:\/\/ca.example\/terms\/v2>;rel="terms-of-service"/ },
    body: ({ instance }) => assert.equal(instance, 'https://ca.example/agree/?token=w8Hk'),
  },
  rejectedIdentifiers: {
    fault: faults.rejectedIdentifiers('a.test', 'b.test'),
    status: 400,
    type: 'rejectedIdentifier',
    body: ({ subproblems }) => assert.equal((subproblems as unknown[]).length, 2),
  },
};

describe('faults that refuse', () => {
  let fake: FakeAcme;
  before(async () => {
    fake = await startFakeAcme();
  });
  afterEach(() => fake.clearFaults());
  after(() => fake.stop());

  for (const [name, expected] of Object.entries(refusals)) {
    it(`${name} is on the wire, has no effect, and comes with a fresh nonce`, async () => {
      const account = await register(fake);
      const orders = fake.state.orders.size;
      fake.inject({ on: 'newOrder', fault: expected.fault });
      const answer = await order(fake, account, ['example.test']);
      assert.deepEqual(
        [answer.status, answer.json.type, answer.json.status],
        [expected.status, `urn:ietf:params:acme:error:${expected.type}`, expected.status],
      );
      for (const [header, value] of Object.entries(expected.headers ?? {})) {
        assert.match(String(answer.headers[header]), value);
      }
      expected.body?.(answer.json);
      assert.equal(fake.state.orders.size, orders);
      assert.equal(fake.state.nonces.has(String(answer.headers['replay-nonce'])), true);
      assert.equal((await order(fake, account, ['example.test'])).status, 201);
    });
  }

  it('a type nobody knows keeps its URI', async () => {
    fake.inject({ on: 'directory', fault: faults.unknownProblem() });
    const { json } = await send(fake, fake.directoryUrl);
    assert.equal(json.type, 'https://ca.example/problems/phase-of-the-moon');
  });

  it('spend the nonce, so that the same JWS cannot be sent again', async () => {
    const { key, kid } = await register(fake);
    fake.inject({ on: 'account', fault: faults.unavailable() });
    const jws = signJws(key, { header: { kid, url: kid, nonce: await getNonce(fake) } });
    assert.equal((await postJws(fake, kid, jws)).status, 503);
    assert.equal((await postJws(fake, kid, jws)).json.type, 'urn:ietf:params:acme:error:badNonce');
  });

  it('apply after some requests, so many times, and by payload', async () => {
    const account = await register(fake);
    const only = (name: string) => (payload: object) => JSON.stringify(payload).includes(name);
    fake.inject({ on: ['newOrder'], after: 1, times: 2, when: only('a.test'), fault: faults.malformed() });
    const statuses: number[] = [];
    for (const name of ['a.test', 'b.test', 'a.test', 'a.test', 'a.test', 'b.test']) {
      statuses.push((await order(fake, account, [name])).status);
    }
    assert.deepEqual(statuses, [201, 201, 400, 400, 201, 201]);
    assert.deepEqual(
      fake.faults.map(({ seen, hits }) => [seen, hits]),
      [[4, 2]],
    );
  });

  it('are logged with the requests they hit', async () => {
    const count = fake.countOf('newAccount');
    fake.inject({ on: 'newAccount', fault: faults.serverInternal() });
    await register(fake);
    const logged = fake.requests.at(-1);
    assert.equal(fake.countOf('newAccount'), count + 1);
    assert.deepEqual([logged?.method, logged?.path, logged?.userAgent], ['POST', '/new-account', 'test']);
    assert.deepEqual(logged?.payload, { termsOfServiceAgreed: true });
  });
});
