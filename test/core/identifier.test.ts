import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayName, isWildcard, parseIdentifier, sameIdentifiers } from '../../src/core/identifier.ts';
import { failureOf } from '../support/wacs-error.ts';
import { dns } from './samples.ts';

const accepted = {
  'www.example.com': 'www.example.com',
  'WWW.Example.COM.': 'www.example.com',
  ' padded.example ': 'padded.example',
  '*.example.com': '*.example.com',
  'Bücher.de': 'xn--bcher-kva.de',
  '*.bücher.de': '*.xn--bcher-kva.de',
  'bücher。de': 'xn--bcher-kva.de',
  '_service.example.com': '_service.example.com',
  localhost: 'localhost',
  [`${'a'.repeat(63)}.example`]: `${'a'.repeat(63)}.example`,
};

for (const [text, value] of Object.entries(accepted)) {
  test(`parseIdentifier reads the name "${text}" as ${value}`, () => {
    assert.deepEqual(parseIdentifier(text), { type: 'dns', value });
  });
}

const addresses = { '192.0.2.1': '192.0.2.1', '::1': '::1', '[2001:DB8::0001]': '2001:db8::1', '1::0:0:2': '1::2' };

for (const [text, value] of Object.entries(addresses)) {
  test(`parseIdentifier reads the address "${text}" in its canonical form`, () => {
    assert.deepEqual(parseIdentifier(text), { type: 'ip', value });
  });
}

const refused = [
  ...['', ' ', '.', 'a..b', '-a.example', 'a-.example', 'a b.example', 'a\tb.example', 'user@example.com'],
  ...['http://example.com', 'example.com/path', 'example.com?x', 'example.com#x', 'example.com:80', 'foo%2ecom'],
  ...['*', '*.', '*.com', '*.*.example.com', 'a*.example.com', 'www.*.com', '1', '1.2.3', '0x7f.1', '1.2.3.256'],
  ...['fe80::1%eth0', '[::1', `${'a'.repeat(64)}.example`, `${'a.'.repeat(130)}example`],
];

for (const text of refused) {
  test(`parseIdentifier refuses ${JSON.stringify(text.slice(0, 30))} and says so`, async () => {
    const failure = await failureOf(() => parseIdentifier(text), 'SourceError');
    assert.ok(failure.message.includes(text === '' ? 'empty' : text.trim()));
    assert.ok(failure.hint);
  });
}

test('isWildcard is true for a leading star only', () => {
  assert.deepEqual([dns('*.a.test'), dns('a.test')].map(isWildcard), [true, false]);
});

test('displayName shows international names as people write them, wildcards included', () => {
  assert.equal(displayName(dns('*.xn--bcher-kva.de')), '*.bücher.de');
  assert.equal(displayName(dns('a.test')), 'a.test');
  assert.equal(displayName({ type: 'ip', value: '2001:db8::1' }), '2001:db8::1');
});

test('sameIdentifiers ignores order and repetition, and tells a name from an address', () => {
  const [a, b] = [dns('a.test'), dns('b.test')];
  assert.equal(sameIdentifiers([a, b], [b, a, a]), true);
  assert.equal(sameIdentifiers([a, b], [a]), false);
  assert.equal(sameIdentifiers([dns('192.0.2.1')], [{ type: 'ip', value: '192.0.2.1' }]), false);
});
