import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { parseDnsServer, showDnsServer } from '../../../src/core/dns.ts';
import { canReach, configuredServers } from '../../../src/platform/dns/servers.ts';

const good: [string, string, number, string][] = [
  ['192.0.2.1', '192.0.2.1', 53, '192.0.2.1'],
  [' 192.0.2.1:5353 ', '192.0.2.1', 5353, '192.0.2.1:5353'],
  ['2001:db8::1', '2001:db8::1', 53, '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1', 53, '2001:db8::1'],
  ['[2001:db8::1]:5353', '2001:db8::1', 5353, '[2001:db8::1]:5353'],
  ['fe80::1%eth0', 'fe80::1%eth0', 53, 'fe80::1%eth0'],
  ['[fe80::1%5]:54', 'fe80::1%5', 54, '[fe80::1%5]:54'],
];

for (const [text, host, port, shown] of good) {
  test(`the server ${text}`, () => {
    const server = parseDnsServer(text);
    assert.deepEqual(server, { host, port });
    assert.equal(server && showDnsServer(server), shown);
  });
}

for (const text of [
  '',
  'ns1.example.com',
  '192.0.2.1:0',
  '192.0.2.1:65536',
  '192.0.2',
  '[192.0.2.1',
  ':53',
  '::1]:53',
]) {
  test(`"${text}" is no server`, () => assert.equal(parseDnsServer(text), undefined));
}

test('[System] stands for the servers of the system, wherever it is; none is named twice', () => {
  const servers = configuredServers(['192.0.2.1', '[SYSTEM]', '192.0.2.9:5353'], () => ['192.0.2.7', '192.0.2.1']);
  assert.deepEqual(servers.map(showDnsServer), ['192.0.2.1', '192.0.2.7', '192.0.2.9:5353']);
});

test('an address can be reached from one of the same kind, but not from one for the own network only', () => {
  const address = (text: string, internal = false): NetworkInterfaceInfo => {
    const more = { address: text, netmask: '', mac: '', internal, cidr: null };
    return text.includes(':') ? { ...more, family: 'IPv6', scopeid: 0 } : { ...more, family: 'IPv4' };
  };
  const own = () => ({ lo: [address('127.0.0.1', true)], eth0: [address('192.0.2.5'), address('fe80::5')] });
  assert.equal(canReach('198.51.100.1', own), true);
  assert.equal(canReach('2001:db8::1', own), false);
  assert.equal(canReach('127.0.0.53', own), true);
  assert.equal(canReach('::1', own), false);
  const both = () => ({ ...own(), tun: [address('2001:db8::5')] });
  assert.equal(canReach('2001:db8::1', both), true);
});

test('a system that does not tell its addresses leaves it to be tried', () => {
  const refusing = (): never => {
    throw new Error('uv_interface_addresses returned Unknown system error 2');
  };
  assert.equal(canReach('192.0.2.1', refusing), true);
  assert.equal(canReach('2001:db8::1', refusing), true);
});
