import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authoritativeFor, createZone, rcode, resolverOf } from '../../support/dns/test-zone.ts';
import { failureOf } from '../../support/wacs-error.ts';
import { needsLinux, record, startDnsBench } from './dns-bench.ts';

const skip = needsLinux;

test('the zone of a name, however deep, by the servers of the zone', { skip }, async (t) => {
  const { client, resolver } = await startDnsBench(t);
  for (const name of ['_acme-challenge.a.test', '_acme-challenge.www.a.test', '_acme-challenge.x.y.z.a.test'])
    assert.equal(await client.findZone(name), 'a.test');
  const challenges = resolver.asked.filter(({ name }) => name.startsWith('_acme-challenge'));
  assert.deepEqual(challenges, [], 'a server that remembers was asked for a name that is not there yet');
});

test('servers that ask others are never asked for a name before it is there', { skip }, async (t) => {
  const { client, zone, resolver, ns1 } = await startDnsBench(t);
  assert.equal(await client.followAliases(record.name), record.name);
  zone.txt.set(record.name, [record.value]);
  await client.waitForTxt(record);
  assert.ok(ns1.asked.some(({ name }) => name === record.name));
  assert.ok(!resolver.asked.some(({ name }) => name === record.name));
});

test('a zone below that is delegated, with addresses that came along', { skip }, async (t) => {
  const child = createZone('_acme-challenge.a.test', { 'ns1.a.test': ['127.0.0.2'], 'ns3.a.test': ['127.0.0.4'] });
  const { client, zone, ns1, ns2, start } = await startDnsBench(t, { zones: [child] });
  zone.delegated.set(child.name, ['ns3.a.test']);
  const ns3 = await start('127.0.0.4', authoritativeFor(child));
  Object.assign(zone.servers, { 'ns3.a.test': ['127.0.0.4'] });
  assert.equal(await client.findZone(child.name), child.name);
  child.txt.set(child.name, ['value']);
  await client.waitForTxt({ name: child.name, value: 'value' });
  assert.ok(ns3.asked.some(({ type }) => type === 'TXT'));
  assert.ok(![...ns1.asked, ...ns2.asked].some(({ type }) => type === 'TXT'), 'the parent zone has no such record');
});

test('a zone below that the same servers have', { skip }, async (t) => {
  const child = createZone('sub.a.test', { 'ns1.a.test': ['127.0.0.2'] });
  const { client, zone, ns1, ns2, resolver } = await startDnsBench(t, { zones: [child] });
  resolver.answering = resolverOf(zone);
  ns1.answering = authoritativeFor(zone, child);
  ns2.answering = authoritativeFor(zone, child);
  // What asks others knows of the zone only when asked for it by name.
  resolver.answering = (question) =>
    (question.name === 'sub.a.test' && question.type === 'NS' ? resolverOf(zone, child) : resolverOf(zone))(question);
  assert.equal(await client.findZone('_acme-challenge.x.sub.a.test'), 'sub.a.test');
});

test('no zone at all', { skip }, async (t) => {
  const { client } = await startDnsBench(t);
  const failure = await failureOf(client.findZone('_acme-challenge.www.nowhere'), 'ValidationSetupError');
  assert.match(failure.message, /there is no DNS zone for www\.nowhere/);
});

test('a zone whose servers cannot be asked is still known by others', { skip }, async (t) => {
  const child = createZone('_acme-challenge.a.test', {});
  const { client, ns1, ns2 } = await startDnsBench(t, { zones: [child] });
  ns1.answering = () => undefined;
  ns2.answering = () => ({ rcode: rcode.refused });
  assert.equal(await client.findZone('_acme-challenge.www.a.test'), 'a.test');
  const failure = await failureOf(client.findZone('_acme-challenge.a.test'), 'ValidationSetupError');
  assert.match(failure.message, /the zone _acme-challenge\.a\.test has no name servers/);
});

test('the DNS servers of the settings: the first that answers, and what each said when none does', {
  skip,
}, async (t) => {
  const { create, port, start, zone } = await startDnsBench(t);
  const broken = await start('127.0.0.9', () => ({ rcode: rcode.servFail }));
  const servers = [`127.0.0.8:${port}`, `127.0.0.9:${port}`];
  assert.equal(await create({ servers: [...servers, `127.0.0.1:${port}`] }).findZone(record.name), zone.name);
  const failure = await failureOf(create({ servers }).findZone(record.name), 'ValidationSetupError');
  assert.match(failure.message, /no answer about www\.a\.test \(SOA\): 127\.0\.0\.8:\d+: nothing listens there/);
  assert.match(failure.message, /; 127\.0\.0\.9:\d+: answers SERVFAIL$/);
  assert.match(failure.hint ?? '', /Validation\.DnsServers/);
  const about = broken.asked.filter(({ type }) => type === 'SOA');
  assert.equal(about.length, 3, 'once, and twice where nobody else answers');
});

test('a server that says nothing is asked last from then on', { skip }, async (t) => {
  const { create, port, start, zone } = await startDnsBench(t);
  const silent = await start('127.0.0.9', () => undefined);
  const client = create({ servers: [`127.0.0.9:${port}`, `127.0.0.1:${port}`] });
  assert.equal(await client.findZone(record.name), zone.name);
  const questions = new Set(silent.asked.map(({ name, type }) => `${name} ${type}`));
  assert.equal(questions.size, 1, [...questions].join());
});

test('what went wrong once is asked for again', { skip }, async (t) => {
  const { client, resolver, zone } = await startDnsBench(t);
  resolver.answering = () => ({ rcode: rcode.servFail });
  await failureOf(client.findZone(record.name), 'ValidationSetupError');
  resolver.answering = resolverOf(zone);
  assert.equal(await client.findZone(record.name), zone.name);
});
