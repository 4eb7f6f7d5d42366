import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchRecord } from '../../../src/platform/dns/propagation.ts';
import { createMemoryLog } from '../../scheduler/fakes.ts';
import type { TestReply } from '../../support/dns/dns-server.ts';
import { authoritativeFor, rcode, resolverOf } from '../../support/dns/test-zone.ts';
import { failureOf } from '../../support/wacs-error.ts';
import { needsLinux, record, startDnsBench } from './dns-bench.ts';

const skip = needsLinux;

test('it is over when every name server shows the value, among others', { skip }, async (t) => {
  const { client, zone, ns1, ns2 } = await startDnsBench(t);
  zone.txt.set(record.name, ['another', record.value]);
  await client.waitForTxt(record);
  for (const server of [ns1, ns2]) {
    const looks = server.asked.filter(({ type }) => type === 'TXT');
    assert.deepEqual([looks.length, looks[0]?.recursion], [1, false], 'asked once, directly');
  }
});

test('a server that is late is waited for, and asked often', { skip }, async (t) => {
  const { client, zone, ns2, log } = await startDnsBench(t, { policy: { limitMs: 10_000 } });
  zone.txt.set(record.name, [record.value]);
  const all = authoritativeFor(zone);
  const late = performance.now() + 600;
  ns2.answering = (question) =>
    question.type === 'TXT' && performance.now() < late
      ? authoritativeFor({ ...zone, txt: new Map() })(question)
      : all(question);
  const startedAt = performance.now();
  await client.waitForTxt(record);
  const took = performance.now() - startedAt;
  assert.ok(took >= 590 && took < 2_000, `${took} ms`);
  assert.ok(ns2.asked.length >= 4, `${ns2.asked.length} questions`);
  assert.ok(!log.lines.some((line) => line.startsWith('warning')));
});

test('a server that has not heard of it: the limit, what it says, and who else was asked', { skip }, async (t) => {
  const { client, zone, ns2 } = await startDnsBench(t);
  zone.txt.set(record.name, [record.value]);
  ns2.answering = authoritativeFor({ ...zone, txt: new Map() });
  const startedAt = performance.now();
  const failure = await failureOf(client.waitForTxt(record), 'ValidationSetupError');
  const took = performance.now() - startedAt;
  assert.ok(took >= 590 && took < 2_500, `${took} ms`);
  assert.match(
    failure.message,
    /^the TXT record _acme-challenge\.www\.a\.test is not on all of the name servers of a\.test after 1 s: ns2\.a\.test \(127\.0\.0\.3:\d+\) has no such name$/,
  );
  assert.match(failure.hint ?? '', /PreValidateDnsRetryCount/);
});

test('servers that disagree: each by what it has', { skip }, async (t) => {
  const { client, zone, ns1, ns2 } = await startDnsBench(t);
  const withValues = (...values: string[]) => authoritativeFor({ ...zone, txt: new Map([[record.name, values]]) });
  ns1.answering = withValues('old', `${'x'.repeat(80)}`, 'the-value_1', 'more');
  ns2.answering = authoritativeFor({ ...zone, cnames: new Map([[record.name, 'elsewhere.test']]) });
  const failure = await failureOf(client.waitForTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /ns1\.a\.test .* has other values: "old", "x{60}", "the-value_1" and 1 more/);
  assert.match(failure.message, /ns2\.a\.test .* has an alias \(CNAME\) to elsewhere\.test there/);
});

const useless: [string, () => TestReply | undefined, RegExp][] = [
  ['REFUSED', () => ({ rcode: rcode.refused }), /answers REFUSED/],
  ['SERVFAIL', () => ({ rcode: rcode.servFail }), /answers SERVFAIL/],
  ['lame', () => ({ authoritative: false }), /does not answer for the zone \(lame delegation\)/],
  ['silent', () => undefined, /cannot be asked: no answer within 0\.06 s by UDP/],
];

for (const [name, answering, text] of useless) {
  test(`a server that is ${name} is told, and does not hold up the others`, { skip }, async (t) => {
    const { client, zone, ns2, log } = await startDnsBench(t, { policy: { limitMs: 10_000 } });
    zone.txt.set(record.name, [record.value]);
    ns2.answering = answering;
    await client.waitForTxt(record);
    await client.waitForTxt(record);
    const warnings = log.lines.filter((line) => line.startsWith('warning'));
    assert.equal(warnings.length, 1, 'told once');
    assert.match(warnings[0] ?? '', text);
    assert.match(warnings[0] ?? '', /ns2\.a\.test \(127\.0\.0\.3:\d+\)/);
  });

  test(`a server that is ${name} is no proof when no other shows the value`, { skip }, async (t) => {
    const { client, zone, ns1, ns2 } = await startDnsBench(t);
    ns1.answering = answering;
    ns2.answering = authoritativeFor(zone);
    const lacking = await failureOf(client.waitForTxt(record), 'ValidationSetupError');
    assert.match(lacking.message, text);
    assert.match(lacking.message, /ns2\.a\.test .* has no such name/);
  });
}

test('a value in an answer that is not authoritative is there', { skip }, async (t) => {
  const { client, zone, ns1, ns2 } = await startDnsBench(t);
  zone.txt.set(record.name, [record.value]);
  for (const server of [ns1, ns2])
    server.answering = (question) => ({ ...authoritativeFor(zone)(question), authoritative: question.type !== 'TXT' });
  await client.waitForTxt(record);
});

test('name servers none of which can be asked', { skip }, async (t) => {
  const { client, ns1, ns2 } = await startDnsBench(t);
  ns1.answering = () => undefined;
  ns2.answering = () => ({ rcode: rcode.refused });
  const failure = await failureOf(client.waitForTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /^none of the name servers of a\.test can be asked for the TXT record _acme/);
  assert.match(failure.message, /ns1\.a\.test .* cannot be asked: no answer.*; ns2\.a\.test .* answers REFUSED/);
  assert.match(failure.hint ?? '', /port 53, UDP and TCP[\s\S]*PreValidateDnsLocal/);
});

test('a name server without an address, or with one of a kind this machine has not, is left aside at once', {
  skip,
}, async (t) => {
  const { client, zone, resolver, log, ns1 } = await startDnsBench(t, { policy: { limitMs: 10_000 } });
  zone.txt.set(record.name, [record.value]);
  const servers = { 'ns1.a.test': ['127.0.0.2', '64:ff9b::1'], 'ns2.a.test': ['64:ff9b::2'], 'ns3.a.test': [] };
  const only4 = { ...zone, servers };
  resolver.answering = resolverOf(only4);
  await client.waitForTxt(record);
  const warnings = log.lines.filter((line) => line.startsWith('warning')).join('\n');
  if (!/64:ff9b/.test(warnings)) t.diagnostic('this machine has IPv6');
  assert.match(warnings, /ns3\.a\.test cannot be asked: it has no address/);
  assert.ok(ns1.asked.filter(({ type }) => type === 'TXT').length <= 3);
});

test('a server that cannot be reached at one of its addresses holds up nobody, and is no warning', {
  skip,
}, async (t) => {
  const { client, zone, resolver, ns1, log } = await startDnsBench(t, { policy: { limitMs: 10_000 } });
  zone.txt.set(record.name, [record.value]);
  resolver.answering = resolverOf({ ...zone, servers: { 'ns1.a.test': ['127.0.0.2', '127.0.0.77'] } });
  await client.waitForTxt(record);
  assert.equal(ns1.asked.filter(({ type }) => type === 'TXT').length, 1);
  assert.ok(!log.lines.some((line) => line.startsWith('warning')), log.lines.join('\n'));
});

test('local: the servers of the settings are asked, and nobody else', { skip }, async (t) => {
  const { client, zone, resolver, ns1, ns2 } = await startDnsBench(t, { policy: { localOnly: true } });
  zone.txt.set(record.name, [record.value]);
  assert.equal(await client.findZone(record.name), 'a.test');
  await client.waitForTxt(record);
  assert.deepEqual([ns1.asked.length, ns2.asked.length], [0, 0]);
  assert.ok(resolver.asked.every(({ recursion }) => recursion));
  zone.txt.delete(record.name);
  const failure = await failureOf(client.waitForTxt(record), 'ValidationSetupError');
  assert.match(
    failure.message,
    /not on all of the DNS servers of the settings after 1 s: 127\.0\.0\.1:\d+ has no such name/,
  );
});

test('without a check nothing is asked, but the delay is kept; a limit of its own is a check of its own', {
  skip,
}, async (t) => {
  const { create, zone, ns1, resolver } = await startDnsBench(t);
  const client = create({ check: false, settleMs: 120 });
  const startedAt = performance.now();
  await client.waitForTxt(record);
  assert.ok(performance.now() - startedAt >= 115);
  assert.equal(ns1.asked.length + resolver.asked.length, 0);
  const failure = await failureOf(client.waitForTxt(record, 300), 'ValidationSetupError');
  assert.match(failure.message, /has no such name/);
  zone.txt.set(record.name, [record.value]);
  await client.waitForTxt(record, 300);
});

test('an abort ends the wait at once, with its own reason', { skip }, async (t) => {
  for (const silent of [false, true]) {
    const { client, ns1, end } = await startDnsBench(t, { policy: { limitMs: 60_000, longestPauseMs: 30_000 } });
    if (silent) ns1.answering = () => undefined;
    const reason = new Error('stop');
    setTimeout(() => end.abort(reason), 700);
    const startedAt = performance.now();
    await assert.rejects(client.waitForTxt(record), (error) => error === reason);
    assert.ok(performance.now() - startedAt < 1_000);
  }
});

test('a long wait is told now and then', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log = createMemoryLog();
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const pauses: number[] = [];
  const watch = {
    record,
    servers: [{ name: 'ns1.a.test', label: 'ns1.a.test (192.0.2.1)', target: { host: '192.0.2.1', port: 53 } }],
    whose: 'the name servers of a.test',
    authoritative: true,
  };
  const waiting = watchRecord(watch, {
    ask: async () => ({
      answer: { rcode: 'NXDOMAIN', authoritative: true, answers: [], authorities: [], additionals: [] },
    }),
    clock: {
      async sleep(milliseconds) {
        pauses.push(milliseconds);
        now += milliseconds;
      },
    },
    log,
    signal: new AbortController().signal,
    limitMs: 300_000,
    longestPauseMs: 10_000,
  });
  await failureOf(waiting, 'ValidationSetupError');
  assert.ok(pauses[0] === 250 && Math.max(...pauses) === 10_000);
  assert.equal(now, 300_000, 'the last look is at the limit');
  assert.ok(pauses.slice(0, 5).reduce((sum, pause) => sum + pause, 0) < 4_000, 'five looks in the first seconds');
  const told = log.lines.filter((line) => line.startsWith('info: still waiting'));
  assert.ok(told.length >= 8 && told.length <= 11, `${told.length} lines`);
  assert.match(told[0] ?? '', /\(1\d of 300 s\): ns1\.a\.test \(192\.0\.2\.1\) has no such name/);
});
