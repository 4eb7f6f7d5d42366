import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { exchangeDirectly } from '../../src/platform/dns/direct-exchange.ts';
import { rfc2136Validation } from '../../src/plugins/validation/rfc2136/descriptor.ts';
import { additionOf, removalOf } from '../../src/plugins/validation/rfc2136/messages.ts';
import { Rfc2136Provider } from '../../src/plugins/validation/rfc2136/provider.ts';
import {
  readSignature,
  signMessage,
  type TsigHash,
  type TsigKey,
  tsigHashes,
} from '../../src/plugins/validation/rfc2136/tsig.ts';
import { readName, textBytes } from '../../src/plugins/validation/rfc2136/wire.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import type { TestDnsServerOptions } from '../support/dns/dns-server.ts';
import { startUpdateServer } from '../support/dns/update-server.ts';
import { freePorts } from '../support/pebble/free-ports.ts';
import { failureOf } from '../support/wacs-error.ts';

const secret = Buffer.from('a secret of thirty-two bytes, ok');
const name = '_acme-challenge.www.a.test';
const record = { name, value: 'value-1' };

async function setUp(
  t: TestContext,
  options: {
    readonly zones?: readonly string[];
    readonly key?: Partial<TsigKey>;
    readonly hash?: TsigHash;
  } & TestDnsServerOptions = {},
) {
  const hash = options.hash ?? 'sha256';
  const algorithm = hash === 'md5' ? 'hmac-md5.sig-alg.reg.int' : `hmac-${hash}`;
  const zones = options.zones ?? ['a.test'];
  const server = await startUpdateServer(t, zones, { name: 'acme-key', algorithm, hash, secret }, options);
  const provider = new Rfc2136Provider(
    { server: { host: server.address, port: server.port }, key: { name: 'ACME-key.', hash, secret, ...options.key } },
    {
      dns: { ...realServices().dns, exchange: exchangeDirectly },
      clock: systemClock,
      log: createMemoryLog(),
      signal: new AbortController().signal,
    },
  );
  return { server, provider, shown: `${server.address}:${server.port}` };
}

for (const hash of tsigHashes) {
  test(`adds and removes one value, signed with hmac-${hash}`, async (t) => {
    const { server, provider } = await setUp(t, { hash });
    server.values.set(name, ['foreign']);
    await provider.createTxt(record);
    await provider.createTxt({ name, value: 'value-2' });
    await provider.createTxt(record);
    assert.deepEqual(server.values.get(name)?.toSorted(), ['foreign', 'value-1', 'value-2']);
    await provider.deleteTxt(record);
    await provider.deleteTxt(record);
    assert.deepEqual(server.values.get(name)?.toSorted(), ['foreign', 'value-2']);
  });
}

test('the zone is the one that the server has, the nearest above the name', async (t) => {
  const { server, provider } = await setUp(t, { zones: ['www.a.test', 'a.test'] });
  await provider.createTxt(record);
  assert.deepEqual(server.values.get(name), ['value-1']);
});

test('TCP first, and UDP where TCP does not get through', async (t) => {
  const both = await setUp(t);
  await both.provider.createTxt(record);
  assert.deepEqual(both.server.updates, ['tcp']);
  const [port = 0] = await freePorts(1);
  const udpOnly = await setUp(t, { transports: ['udp'], port });
  await udpOnly.provider.createTxt(record);
  assert.deepEqual(udpOnly.server.updates, ['udp']);
});

test('a server that is not there', async () => {
  const [port = 0] = await freePorts(1);
  const failure = await failureOf(
    exchangeDirectly({ host: '127.0.0.1', port }, Buffer.alloc(12), undefined),
    'ValidationSetupError',
  );
  assert.match(
    failure.message,
    /the DNS server 127\.0\.0\.1:\d+ does not answer: nothing listens there \(ECONNREFUSED\)$/,
  );
  const nameless = exchangeDirectly({ host: 'nobody.invalid', port }, Buffer.alloc(12), undefined);
  assert.match((await failureOf(nameless, 'ValidationSetupError')).message, /nobody\.invalid:\d+ does not answer/);
});

test('another key: BADKEY names it', async (t) => {
  const { provider, shown } = await setUp(t, { key: { name: 'other' } });
  const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
  assert.equal(failure.message, `the DNS server ${shown} refuses to tell the zone of ${name}: NOTAUTH, BADKEY`);
  assert.match(failure.hint ?? '', /no key "other" for hmac-sha256/);
});

test('another secret: BADSIG, and the secret is nowhere', async (t) => {
  const wrong = Buffer.from('another secret, as long as it is');
  const { provider } = await setUp(t, { key: { secret: wrong } });
  const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /NOTAUTH, BADSIG$/);
  assert.match(failure.hint ?? '', /--tsigkeysecret/);
  assert.ok(!JSON.stringify([failure.message, failure.hint]).includes(wrong.toString('base64')));
});

for (const [ahead, text] of [
  [412, '412 s ahead of'],
  [-7200, '7200 s behind'],
] as const) {
  test(`clocks that differ by ${ahead} s: BADTIME with the difference`, async (t) => {
    const { server, provider } = await setUp(t);
    server.mood.ahead = ahead;
    const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
    const seconds = Math.abs(ahead);
    // A second may pass between the two clocks.
    const pattern = new RegExp(
      `NOTAUTH, BADTIME; its clock is (${seconds - 1}|${seconds}|${seconds + 1}) s ${text.split(' s ')[1]} `,
    );
    assert.match(failure.message, pattern);
    assert.match(failure.hint ?? '', /w32tm \/resync/);
  });
}

const refusals: [number, string, RegExp][] = [
  [1, 'FORMERR', /log/],
  [2, 'SERVFAIL', /may not write the folder/],
  [4, 'NOTIMP', /no dynamic updates/],
  [5, 'REFUSED', /update-policy \{ grant "ACME-key\." name _acme-challenge\.www\.a\.test TXT; \}/],
  [9, 'NOTAUTH', /primary server/],
  [10, 'NOTZONE', /primary server/],
  [15, 'code 15', /log/],
];

for (const [rcode, text, hint] of refusals) {
  test(`an update that is refused: ${text}`, async (t) => {
    const { server, provider } = await setUp(t);
    server.mood.rcode = rcode;
    const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
    assert.ok(
      failure.message.endsWith(`refuses to add the TXT record ${name} to the zone a.test: ${text}`),
      failure.message,
    );
    assert.match(failure.hint ?? '', hint);
  });
}

test('a server without the zone, or one that only remembers it', async (t) => {
  const { provider } = await setUp(t, { zones: ['b.test'] });
  const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /has no zone for _acme-challenge\.www\.a\.test$/);
  const { server, provider: other } = await setUp(t);
  server.mood.authoritative = false;
  await failureOf(other.createTxt(record), 'ValidationSetupError');
});

for (const signs of ['wrongly', 'never'] as const) {
  test(`a reply that is signed ${signs} is not believed`, async (t) => {
    const { server, provider } = await setUp(t);
    server.mood.signs = signs;
    const failure = await failureOf(provider.createTxt(record), 'ValidationSetupError');
    assert.match(failure.message, signs === 'never' ? /is not signed$/ : /is not signed with the key "ACME-key\."$/);
  });
}

test('a reply to another request, by another key, or of another time is not genuine', () => {
  const key: TsigKey = { name: 'k', hash: 'sha256', secret };
  const request = signMessage(additionOf(1, 'a.test', record), key, 1_000_000);
  // A request reads like a reply to nothing: its own signature covers no earlier one.
  const read = (changes: Partial<TsigKey>, requestMac: Buffer, nowSeconds: number) =>
    readSignature(request.bytes, { ...key, ...changes }, { requestMac, nowSeconds })?.isGenuine;
  assert.equal(read({}, Buffer.alloc(32), 1_000_000), false);
  assert.equal(
    readSignature(additionOf(1, 'a.test', record), key, { requestMac: request.mac, nowSeconds: 0 }),
    undefined,
  );
});

test('damaged replies end in RangeError, never in a loop', () => {
  const key: TsigKey = { name: 'k', hash: 'sha256', secret };
  const { bytes } = signMessage(removalOf(7, 'a.test', record), key, 1_000_000);
  for (let length = 12; length < bytes.length; length++) {
    try {
      readSignature(bytes.subarray(0, length), key, { requestMac: Buffer.alloc(0), nowSeconds: 0 });
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  }
  assert.throws(() => readName(Buffer.from([0xc0, 0x00]), 0), RangeError);
  assert.throws(() => readName(Buffer.from([0xc0, 0x02, 0xc0, 0x00]), 2), RangeError);
  assert.equal(textBytes('x'.repeat(300)).length, 302);
});

const stored = (...args: string[]) =>
  rfc2136Validation.fromArguments(
    valuesOf('validation', 'rfc2136', ['--serverhost', 'ns', '--tsigkeyname', 'k', ...args]),
    (plain) => `hidden ${plain.length}`,
  );

test("win-acme's names of algorithms, and the usual one", () => {
  const withSecret = ['--tsigkeysecret', 'c2VjcmV0'];
  const algorithmOf = (...args: string[]) => stored(...withSecret, ...args).tsigKeyAlgorithm;
  assert.equal(algorithmOf(), 'hmac-sha256');
  for (const [given, kept] of [
    ['Sha512', 'hmac-sha512'],
    ['Md5', 'hmac-md5'],
    ['HMAC-SHA1', 'hmac-sha1'],
    ['hmac-md5.sig-alg.reg.int.', 'hmac-md5'],
  ] as const)
    assert.equal(algorithmOf('--tsigkeyalgorithm', given), kept);
});

const refused: [string[], RegExp][] = [
  [['--tsigkeysecret', 'no base64!'], /--tsigkeysecret is not base64/],
  [['--tsigkeysecret', 'c2VjcmV0', '--tsigkeyalgorithm', 'sha3'], /"sha3" is not known/],
  [['--tsigkeysecret', 'c2VjcmV0', '--serverport', '0'], /--serverport/],
];

for (const [args, message] of refused) {
  test(`refused: ${args.join(' ')}`, async () => {
    const failure = await failureOf(() => stored(...args), 'UsageError');
    assert.match(failure.message, message);
    assert.ok(!failure.message.includes('no base64!'));
  });
}

test('a secret from the vault is taken as a reference, and must be base64 when it comes', async () => {
  assert.equal(stored('--tsigkeysecret', 'vault://json/dns').tsigKeySecret, 'hidden 16');
  const options = { ...stored('--tsigkeysecret', 'c2VjcmV0') };
  const services = realServices({ revealSecret: async () => 'no base64!' });
  const dns = { ...services.dns, followAliases: async (one: string) => one };
  const plugin = rfc2136Validation.create(options, { ...services, dns });
  const task = { identifier: { type: 'dns', value: 'a.test' }, token: 't', keyAuthorization: 't.x' } as const;
  await failureOf(plugin.prepare(task), 'ConfigurationError');
});
