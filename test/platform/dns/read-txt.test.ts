import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authoritativeFor, rcode } from '../../support/dns/test-zone.ts';
import { failureOf } from '../../support/wacs-error.ts';
import { needsLinux, startDnsBench } from './dns-bench.ts';

const skip = needsLinux;
const name = '_validation-persist.www.a.test';

test('each name server by what it has, long values joined', { skip }, async (t) => {
  const { client, zone, ns2, port } = await startDnsBench(t);
  const long = 'x'.repeat(300);
  zone.txt.set(name, ['one', long]);
  ns2.answering = authoritativeFor({ ...zone, txt: new Map() });
  const reading = await client.readTxt(name);
  assert.equal(reading?.name, name);
  assert.deepEqual(
    reading?.servers.map(({ label, values }) => [label, [...values].sort()]),
    [
      [`ns1.a.test (127.0.0.2:${port})`, ['one', long]],
      [`ns2.a.test (127.0.0.3:${port})`, []],
    ],
  );
});

test('CNAMEs are followed, whatever the settings say of _acme-challenge', { skip }, async (t) => {
  const { create, zone } = await startDnsBench(t);
  zone.cnames.set(name, 'records.a.test');
  zone.txt.set('records.a.test', ['one']);
  for (const followAliases of [true, false]) {
    const reading = await create({ followAliases }).readTxt(name);
    assert.equal(reading?.name, 'records.a.test');
    assert.deepEqual(
      reading?.servers.map(({ values }) => values),
      [['one'], ['one']],
    );
  }
});

test('a server that is of no use is left out; when all are, it is a failure', { skip }, async (t) => {
  const { client, zone, ns1, ns2 } = await startDnsBench(t);
  zone.txt.set(name, ['one']);
  const all = authoritativeFor(zone);
  ns2.answering = (question) => (question.type === 'TXT' ? { rcode: rcode.refused } : all(question));
  assert.deepEqual(
    (await client.readTxt(name))?.servers.map(({ values }) => values),
    [['one']],
  );
  ns1.answering = (question) => (question.type === 'TXT' ? { authoritative: false } : all(question));
  const failure = await failureOf(client.readTxt(name), 'ValidationSetupError');
  assert.match(failure.message, /none of the name servers of a\.test can be asked .*ns1.*lame.*ns2.*REFUSED/);
  assert.match(failure.hint ?? '', /port 53/);
});

test('the servers of the settings are asked when they say so, and nobody when they say not to look', {
  skip,
}, async (t) => {
  const { create, zone, ns1, ns2, resolver } = await startDnsBench(t);
  zone.txt.set(name, ['one']);
  const reading = await create({ localOnly: true }).readTxt(name);
  assert.deepEqual(
    reading?.servers.map(({ values }) => values),
    [['one']],
  );
  const asked = () => [ns1, ns2, resolver].map((server) => server.asked.length);
  const before = asked();
  assert.equal(await create({ check: false }).readTxt(name), undefined);
  assert.deepEqual(asked(), before);
});
