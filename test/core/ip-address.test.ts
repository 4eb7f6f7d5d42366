import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOctets, reverseName } from '../../src/core/ip-address.ts';

test('octets of IPv4 and of every form of IPv6', () => {
  assert.deepEqual(addressOctets('192.0.2.1'), [192, 0, 2, 1]);
  assert.deepEqual(addressOctets('::'), new Array(16).fill(0));
  assert.deepEqual(addressOctets('::1'), [...new Array(15).fill(0), 1]);
  assert.deepEqual(addressOctets('2001:db8::'), [0x20, 1, 0xd, 0xb8, ...new Array(12).fill(0)]);
  assert.deepEqual(addressOctets('1:2:3:4:5:6:7:fffe'), [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0xff, 0xfe]);
  assert.deepEqual(addressOctets('::ffff:192.0.2.1'), [...new Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]);
  assert.throws(() => addressOctets('1::2::3'), TypeError);
});

test('names in the reverse zones, as in RFC 1035 section 3.5 and RFC 3596 section 2.5', () => {
  assert.equal(reverseName('10.2.0.52'), '52.0.2.10.in-addr.arpa');
  assert.equal(
    reverseName('4321:0:1:2:3:4:567:89ab'),
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
  );
});
