import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { type FakeAcme, startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import { withoutHeader } from '../support/fake-acme/faults.ts';
import * as faults from '../support/fake-acme/wire-faults.ts';
import { order, type RawAnswer, register, send } from './raw-client.ts';

describe('faults of the connection', () => {
  let fake: FakeAcme;
  before(async () => {
    fake = await startFakeAcme();
  });
  afterEach(() => fake.clearFaults());
  after(() => fake.stop());

  it('htmlBadGateway is a 502 with HTML and without a nonce', async () => {
    const account = await register(fake);
    fake.inject({ on: 'newOrder', fault: faults.htmlBadGateway() });
    const answer = await order(fake, account, ['example.test']);
    assert.deepEqual([answer.status, answer.headers['content-type']], [502, 'text/html']);
    assert.match(answer.text, /^<html>/);
    assert.equal(answer.headers['replay-nonce'], undefined);
  });

  it('emptyBody, htmlPage, truncated and wrongContentType answer 200 with something unusable', async () => {
    const wrong = [faults.emptyBody(), faults.htmlPage(), faults.truncated(), faults.wrongContentType()];
    for (const fault of wrong) fake.inject({ on: 'directory', fault });
    const answers: RawAnswer[] = [];
    for (const _ of wrong) answers.push(await send(fake, fake.directoryUrl));
    assert.deepEqual(
      answers.map(({ status, headers, text }) => [status, headers['content-type'], text.slice(0, 3)]),
      [
        [200, 'application/json', ''],
        [200, 'text/html', '<ht'],
        [200, 'application/json', '{"n'],
        [200, 'text/plain', '{"n'],
      ],
    );
    assert.throws(() => JSON.parse(answers[2]?.text ?? '{}'), SyntaxError);
    assert.equal(JSON.parse(answers[3]?.text ?? '').newNonce, `${fake.state.baseUrl}/new-nonce`);
  });

  for (const phase of ['headers', 'body'] as const) {
    it(`reset after the ${phase} is an ECONNRESET without effect`, async () => {
      const account = await register(fake);
      const orders = fake.state.orders.size;
      fake.inject({ on: 'newOrder', fault: faults.reset(phase) });
      await assert.rejects(order(fake, account, ['example.test']), { code: 'ECONNRESET' });
      assert.equal(fake.state.orders.size, orders);
      assert.equal(fake.requests.at(-1)?.payload === undefined, phase === 'headers');
    });
  }

  it('responseLost is an ECONNRESET after the request took effect', async () => {
    const account = await register(fake);
    const orders = fake.state.orders.size;
    fake.inject({ on: 'newOrder', fault: faults.responseLost() });
    await assert.rejects(order(fake, account, ['example.test']), { code: 'ECONNRESET' });
    assert.equal(fake.state.orders.size, orders + 1);
  });

  it('cutBody ends the connection in the middle of the body', async () => {
    fake.inject({ on: 'directory', fault: faults.cutBody() });
    await assert.rejects(send(fake, fake.directoryUrl), { code: 'ECONNRESET' });
  });

  it('delay answers late', async () => {
    fake.inject({ on: 'directory', fault: faults.delay(300) });
    const start = performance.now();
    assert.equal((await send(fake, fake.directoryUrl)).status, 200);
    assert.equal(performance.now() - start >= 290, true);
  });

  it('hang and slowHeaders never answer', async () => {
    for (const fault of [faults.hang(), faults.slowHeaders(20)]) {
      fake.inject({ on: 'directory', fault });
      await assert.rejects(send(fake, fake.directoryUrl, { timeoutMs: 200 }), { name: 'AbortError' });
    }
  });

  it('slowHeaders keeps bytes coming, so that an idle timeout never fires', async () => {
    fake.inject({ on: 'directory', fault: faults.slowHeaders(20) });
    const { port } = new URL(fake.directoryUrl);
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    socket.write('GET /directory HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\n\r\n');
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received.includes('xxx')) break;
    }
    assert.match(received, /^HTTP\/1\.1 200 OK\r\nX-Slow: x+$/);
  });

  it('withoutHeader drops a header of an answer that took effect', async () => {
    const account = await register(fake);
    fake.inject({ on: 'newOrder', fault: withoutHeader('Replay-Nonce') });
    fake.inject({ on: 'newOrder', after: 1, fault: withoutHeader('location') });
    const [first, second] = [await order(fake, account, ['a.test']), await order(fake, account, ['a.test'])];
    assert.deepEqual([first.status, first.headers['replay-nonce']], [201, undefined]);
    assert.deepEqual([second.status, second.headers.location], [201, undefined]);
  });

  it('stop ends a hanging request', async () => {
    const other = await startFakeAcme();
    other.inject({ on: 'directory', times: 2, fault: faults.hang() });
    const pending = [send(other, other.directoryUrl), send(other, other.directoryUrl)];
    while (other.countOf('directory') < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const rejected = Promise.all(pending.map((request) => assert.rejects(request, { code: 'ECONNRESET' })));
    await other.stop();
    await rejected;
  });
});
