import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authoritativeFor, createZone, rcode, resolverOf } from '../../support/dns/test-zone.ts';
import { failureOf } from '../../support/wacs-error.ts';
import { needsLinux, startDnsBench } from './dns-bench.ts';

const skip = needsLinux;
const own = '_acme-challenge.www.a.test';

/** A second zone on a server of its own, to which names of the first are delegated by CNAME. */
async function withSecondZone(t: Parameters<typeof startDnsBench>[0], options: { localOnly?: boolean } = {}) {
  const second = createZone('acme.test', { 'ns.acme.test': ['127.0.0.5'] });
  const bench = await startDnsBench(t, { zones: [second], policy: options });
  const ns = await bench.start('127.0.0.5', authoritativeFor(second));
  return { ...bench, second, ns };
}

for (const localOnly of [false, true]) {
  test(`CNAMEs are followed through zones, whatever their case (localOnly ${localOnly})`, { skip }, async (t) => {
    const { client, zone, second } = await withSecondZone(t, { localOnly });
    zone.cnames.set(own, 'Hop.A.Test.');
    zone.cnames.set('hop.a.test', 'www.ACME.test');
    second.cnames.set('www.acme.test', 'end.acme.test');
    assert.equal(await client.followAliases(own), 'end.acme.test');
    assert.equal(await client.followAliases('_acme-challenge.other.a.test'), '_acme-challenge.other.a.test');
  });

  test(`a chain that goes round, or does not end, is named (localOnly ${localOnly})`, { skip }, async (t) => {
    const { client, zone } = await withSecondZone(t, { localOnly });
    zone.cnames.set(own, 'b.a.test');
    zone.cnames.set('b.a.test', own);
    const loop = await failureOf(client.followAliases(own), 'ValidationSetupError');
    assert.match(
      loop.message,
      /_acme-challenge\.www\.a\.test -> b\.a\.test leads back to _acme-challenge\.www\.a\.test/,
    );
    for (let hop = 0; hop < 10; hop++) zone.cnames.set(`h${hop}.a.test`, `h${hop + 1}.a.test`);
    const long = await failureOf(client.followAliases('h0.a.test'), 'ValidationSetupError');
    assert.match(long.message, /h0\.a\.test -> .* -> h8\.a\.test is longer than 8/);
    assert.equal(await client.followAliases('h2.a.test'), 'h10.a.test');
  });
}

test('without AllowDnsSubstitution nobody is asked', { skip }, async (t) => {
  const { create, zone, resolver } = await withSecondZone(t);
  zone.cnames.set(own, 'elsewhere.acme.test');
  assert.equal(await create({ followAliases: false }).followAliases(own), own);
  assert.equal(resolver.asked.length, 0);
});

test('where the name servers are out of reach, the servers of the settings tell', { skip }, async (t) => {
  const { client, zone, ns1, ns2 } = await withSecondZone(t);
  zone.cnames.set(own, 'end.acme.test');
  ns1.answering = () => undefined;
  ns2.answering = () => ({ rcode: rcode.servFail });
  assert.equal(await client.followAliases(own), 'end.acme.test');
});

test('where there is no zone, as with a forwarder that hides it, the servers of the settings tell', {
  skip,
}, async (t) => {
  const { client, zone, resolver, log } = await withSecondZone(t);
  zone.cnames.set(own, 'end.acme.test');
  const whole = resolverOf(zone);
  resolver.answering = (question) => (question.type === 'CNAME' ? whole(question) : { rcode: rcode.nxDomain });
  assert.equal(await client.followAliases(own), 'end.acme.test');
  assert.ok(log.lines.some((line) => line.includes('there is no DNS zone for www.a.test')));
});

test('SERVFAIL everywhere is a failure, not a name without CNAME', { skip }, async (t) => {
  const { client, resolver } = await withSecondZone(t);
  resolver.answering = () => ({ rcode: rcode.servFail });
  const failure = await failureOf(client.followAliases(own), 'ValidationSetupError');
  assert.match(failure.message, /no answer about _acme-challenge\.www\.a\.test \(CNAME\): .* answers SERVFAIL/);
});
