import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { DnsServerAddress } from '../../../src/core/dns.ts';
import { createAsk, type Reply } from '../../../src/platform/dns/ask.ts';
import type { DnsAnswer } from '../../../src/platform/dns/message.ts';
import { canReach } from '../../../src/platform/dns/servers.ts';
import { type Answering, startDnsServer } from '../../support/dns/dns-server.ts';
import { rcode } from '../../support/dns/test-zone.ts';
import { freePorts } from '../../support/pebble/free-ports.ts';
import { quick } from './dns-bench.ts';

const ask = createAsk(quick);
const question = { name: '_acme-challenge.a.test', type: 'TXT' } as const;
const { signal } = new AbortController();
const txt = (data: string | string[], name: string = question.name) => ({ name, type: 'TXT', data }) as const;

async function setUp(t: TestContext, answering: Answering, transports?: readonly ('udp' | 'tcp')[]) {
  const server = await startDnsServer(t, answering, transports === undefined ? {} : { transports });
  const address: DnsServerAddress = { host: server.address, port: server.port };
  return { server, put: () => ask(address, question, { recursion: false, signal }) };
}

function answerOf(reply: Reply): DnsAnswer {
  return 'answer' in reply ? reply.answer : assert.fail(reply.silence);
}

function silenceOf(reply: Reply): string {
  return 'silence' in reply ? reply.silence : assert.fail(JSON.stringify(reply));
}

test('a value in several strings is one value, whatever the case of the names', async (t) => {
  const { server, put } = await setUp(t, () => ({
    authoritative: true,
    answers: [txt(['part one, ', 'part two'], '_ACME-Challenge.A.Test'), txt('Another')],
    question: { name: '_ACME-Challenge.A.TEST', type: 'TXT' },
  }));
  const answer = answerOf(await put());
  assert.equal(answer.authoritative, true);
  assert.deepEqual(
    answer.answers.map(({ name, value }) => [name, value]),
    [
      ['_acme-challenge.a.test', 'part one, part two'],
      ['_acme-challenge.a.test', 'Another'],
    ],
  );
  assert.deepEqual(
    server.asked.map(({ transport, recursion, edns }) => [transport, recursion, edns]),
    [['udp', false, true]],
  );
});

test('a truncated answer by UDP is asked for again by TCP', async (t) => {
  const { server, put } = await setUp(t, ({ transport }) =>
    transport === 'udp'
      ? { authoritative: true, truncated: true, answers: [txt('half')] }
      : { authoritative: true, answers: [txt('half'), txt('whole')] },
  );
  assert.equal(answerOf(await put()).answers.length, 2);
  assert.deepEqual(
    server.asked.map(({ transport }) => transport),
    ['udp', 'tcp'],
  );
});

test('TCP serves where UDP is silent', async (t) => {
  const { server, put } = await setUp(t, ({ transport }) =>
    transport === 'udp' ? undefined : { authoritative: true, answers: [txt('there')] },
  );
  assert.equal(answerOf(await put()).answers[0]?.value, 'there');
  assert.deepEqual(
    server.asked.map(({ transport }) => transport),
    ['udp', 'udp', 'tcp'],
  );
});

test('TCP serves where nothing listens on UDP', async (t) => {
  const { put } = await setUp(t, () => ({ answers: [txt('there')] }), ['tcp']);
  assert.equal(answerOf(await put()).answers[0]?.value, 'there');
});

test('a server that does not know EDNS is asked without', async (t) => {
  const { put } = await setUp(t, ({ edns }) => (edns ? { rcode: rcode.formErr } : { answers: [txt('there')] }));
  assert.equal(answerOf(await put()).answers[0]?.value, 'there');
});

test('an error code is an answer', async (t) => {
  const { put } = await setUp(t, () => ({ rcode: rcode.refused }));
  assert.equal(answerOf(await put()).rcode, 'REFUSED');
});

test('a server that says nothing, and one that is not there, are told apart', async (t) => {
  const { put } = await setUp(t, () => undefined);
  assert.equal(silenceOf(await put()), 'no answer within 0.06 s by UDP, no answer within 0.08 s by TCP');
  const [port = 0] = await freePorts(1);
  const nobody = await ask({ host: '127.0.0.1', port }, question, { recursion: false, signal });
  assert.match(silenceOf(nobody), /^nothing listens there \(ECONNREFUSED\) by UDP, nothing listens there/);
});

test('answers that are none are no answers', async (t) => {
  const { server, put } = await setUp(t, () => ({ raw: Buffer.from('no DNS at all') }));
  assert.match(
    silenceOf(await put()),
    /no answer within 0\.06 s by UDP, the answer is no reply to the question by TCP/,
  );
  server.answering = () => ({ answers: [txt('x')], question: { name: 'b.test', type: 'TXT' } });
  assert.equal(silenceOf(await put()), 'its answer cannot be read');
  server.answering = () => ({ answers: [txt('x')], question: { name: question.name, type: 'A' } });
  assert.equal(silenceOf(await put()), 'its answer cannot be read');
});

test('a reply by UDP from elsewhere, or with another id, is not taken', async (t) => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stranger = createSocket('udp4');
  t.after(() => {
    socket.close();
    stranger.close();
  });
  socket.on('message', (bytes, from) => {
    const forged = Buffer.from(bytes);
    forged[2] = 0x84;
    stranger.send(forged, from.port, from.address);
    const other = Buffer.from(forged);
    other.writeUInt16BE((bytes.readUInt16BE(0) + 1) & 0xffff);
    socket.send(other, from.port, from.address);
  });
  const { port } = socket.address();
  assert.match(
    silenceOf(await ask({ host: '127.0.0.1', port }, question, { recursion: false, signal })),
    /no answer within 0\.06 s by UDP/,
  );
});

test('an abort ends a question at once, with its own reason', async (t) => {
  const server = await startDnsServer(t, () => undefined);
  const end = new AbortController();
  const reason = new Error('stop');
  const startedAt = performance.now();
  setTimeout(() => end.abort(reason), 30);
  const slow = createAsk({ udpMs: [20_000], tcpMs: 20_000 });
  const asking = slow({ host: server.address, port: server.port }, question, { recursion: true, signal: end.signal });
  await assert.rejects(asking, (error) => error === reason);
  assert.ok(performance.now() - startedAt < 1_000);
});

test('IPv6', { skip: canReach('::1') ? false : 'this machine has no IPv6' }, async (t) => {
  const server = await startDnsServer(t, () => ({ answers: [txt('there')] }), { address: '::1' });
  const reply = await ask({ host: '::1', port: server.port }, question, { recursion: false, signal });
  assert.equal(answerOf(reply).answers[0]?.value, 'there');
});
