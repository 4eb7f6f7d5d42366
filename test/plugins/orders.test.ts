import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIdentifier } from '../../src/core/identifier.ts';
import type { OrderPlugin, PluginDescriptor, Target } from '../../src/core/plugin.ts';
import { domainOrder } from '../../src/plugins/order/domain.ts';
import { hostOrder } from '../../src/plugins/order/host.ts';
import { singleOrder } from '../../src/plugins/order/single.ts';
import { realServices } from '../contract/plugin-samples.ts';

function targetOf(hosts: string, commonName?: string): Target {
  const identifiers = hosts.split(',').map(parseIdentifier);
  const [first = assert.fail('no host')] = identifiers;
  return { identifiers, commonName: commonName === undefined ? first : parseIdentifier(commonName), friendlyName: 'X' };
}

/** Names, common name and hosts of each certificate. */
async function split(order: PluginDescriptor<OrderPlugin>, target: Target) {
  const parts = await order.create({ plugin: order.name }, realServices()).split(target);
  return parts.map(({ name, target: part }) => ({
    name,
    commonName: part.commonName.value,
    hosts: part.identifiers.map(({ value }) => value).join(),
  }));
}

test('single: one certificate, which has no name', async () => {
  assert.deepEqual(await split(singleOrder, targetOf('a.test,b.test')), [
    { name: undefined, commonName: 'a.test', hosts: 'a.test,b.test' },
  ]);
});

test('host: a certificate for each, wildcards and addresses too', async () => {
  assert.deepEqual(await split(hostOrder, targetOf('b.test,*.b.test,192.0.2.1,2001:db8::1', '*.b.test')), [
    { name: 'b.test', commonName: 'b.test', hosts: 'b.test' },
    { name: '*.b.test', commonName: '*.b.test', hosts: '*.b.test' },
    { name: '192.0.2.1', commonName: '192.0.2.1', hosts: '192.0.2.1' },
    { name: '2001:db8::1', commonName: '2001:db8::1', hosts: '2001:db8::1' },
  ]);
});

test('domain: names of one registrable domain together, the chosen common name where it belongs', async () => {
  const hosts = 'www.example.com,shop.example.co.uk,example.com,*.api.example.com,example.co.uk';
  assert.deepEqual(await split(domainOrder, targetOf(hosts, 'example.co.uk')), [
    { name: 'example.com', commonName: 'www.example.com', hosts: 'www.example.com,example.com,*.api.example.com' },
    { name: 'example.co.uk', commonName: 'example.co.uk', hosts: 'shop.example.co.uk,example.co.uk' },
  ]);
});

const domains: [string, string, string][] = [
  ['names below the suffix of a provider belong to different people', 'one.azurewebsites.net', 'one.azurewebsites.net'],
  ['a name deeper below it', 'www.one.github.io', 'one.github.io'],
  ['an international name', 'www.bücher.de', 'xn--bcher-kva.de'],
  ['an international suffix', 'a.b.公司.cn', 'b.xn--55qx5d.cn'],
  ['a suffix that nobody knows', 'host.ad.corp', 'ad.corp'],
  ['a name without a dot', 'intranet', 'intranet'],
  ['a suffix itself', 'github.io', 'github.io'],
  ['an address', '192.0.2.1', '192.0.2.1'],
  ['labels with an underscore', 'a_b.my_site.example.com', 'example.com'],
  ['a wildcard of a domain', '*.example.com', 'example.com'],
];

for (const [what, host, name] of domains) {
  test(`domain: ${what}`, async () => {
    assert.deepEqual(
      (await split(domainOrder, targetOf(host))).map((part) => part.name),
      [name],
    );
  });
}
