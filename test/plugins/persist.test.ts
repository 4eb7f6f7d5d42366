import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentBinding } from '../../src/core/acme.ts';
import type { TxtReading } from '../../src/core/dns.ts';
import type { ChallengeTask } from '../../src/core/plugin.ts';
import { accountUris, hashedAccountUri } from '../../src/plugins/validation/persist/account-uris.ts';
import { persistValidation } from '../../src/plugins/validation/persist/descriptor.ts';
import { formatIssueValue, parseIssueValue, zoneFileLine } from '../../src/plugins/validation/persist/issue-value.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf } from '../support/wacs-error.ts';

const account = 'https://ca.example/acct/123';
/** The example of RFC 7638 section 3.1, which the draft uses. */
const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const prefix = 'https://ca.example/account-hash/';
const now = '2026-11-24T12:00:00Z';
const binding: PersistentBinding = { issuerDomainNames: ['authority.example', 'ca.example'], accountUrl: account };

test('hashed account addresses are those of draft-ietf-acme-dns-persist-02, section 10.2', () => {
  const hash = (domain: string) => hashedAccountUri(prefix, { domain, thumbprint, accountUrl: account });
  assert.equal(hash('example.com'), `${prefix}sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw`);
  assert.equal(hash('*'), `${prefix}sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug`);
});

test('the account is named as the CA wants it', () => {
  const preferred = (changes: Partial<PersistentBinding>) =>
    accountUris({ ...binding, ...changes }, { domain: 'example.com', thumbprint }).preferred;
  assert.equal(preferred({}), account);
  assert.equal(preferred({ accountUri: 'https://ca.example/persistent/1' }), 'https://ca.example/persistent/1');
  assert.equal(
    preferred({ accountHashPrefix: prefix }),
    `${prefix}sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw`,
  );
});

test('the value of a record, written and read', () => {
  const record = { issuer: 'ca.example', accountUri: account, wildcard: true, until: new Date('2024-07-26T00:00:00Z') };
  const text = `ca.example; accounturi=${account}; policy=wildcard; persistUntil=1721952000`;
  assert.equal(formatIssueValue(record), text);
  assert.deepEqual(parseIssueValue(text), record);
  assert.equal(
    formatIssueValue({ issuer: 'ca.example', accountUri: account, wildcard: false }),
    `ca.example; accounturi=${account}`,
  );
});

const readings: readonly [string, object][] = [
  [`CA.example. ;policy = WILDCARD;;x=y; AccountURI=${account};`, { wildcard: true, accountUri: account }],
  [`ca.example; accounturi=${account}; policy=other`, { wildcard: false, accountUri: account }],
  [`ca.example;accounturi=${account}?a=b`, { wildcard: false, accountUri: `${account}?a=b` }],
  ['ca.example', { wildcard: false, flaw: 'has no accounturi' }],
  [`ca.example; accounturi=a; accounturi=b`, { wildcard: false, accountUri: 'a', flaw: 'has accounturi twice' }],
];

for (const [text, expected] of readings) {
  test(`reading "${text}"`, () => assert.deepEqual(parseIssueValue(text), { issuer: 'ca.example', ...expected }));
}

test('persistUntil that is no number makes a record worthless', () => {
  assert.match(parseIssueValue(`ca.example; accounturi=a; persistUntil=soon`).flaw ?? '', /no number of seconds/);
});

test('a line for a zone file has strings of at most 255 bytes, and quotes escaped', () => {
  assert.equal(zoneFileLine('_validation-persist.a.test', 'a"b'), '_validation-persist.a.test. IN TXT "a\\"b"');
  const [, first, second] = /^x\. IN TXT "(y+)" "(y+)"$/.exec(zoneFileLine('x', 'y'.repeat(300))) ?? [];
  assert.deepEqual([first?.length, second?.length], [255, 45]);
});

interface Setting {
  /** What each name server shows, one look after the other; the last one stays. */
  readonly looks: readonly (readonly (readonly string[])[])[];
  readonly name?: string;
  readonly until?: string;
  readonly changes?: Partial<PersistentBinding>;
}

/** Runs prepare on a DNS with the values; `sure` makes a value that fits. */
async function prepare({ looks, name = 'www.example.com', until, changes }: Setting) {
  const log = createMemoryLog();
  const clock = createFakeClock(now);
  const asked: string[] = [];
  const dns = {
    ...realServices().dns,
    async readTxt(wanted: string): Promise<TxtReading> {
      asked.push(wanted);
      const values = looks[Math.min(asked.length, looks.length) - 1] ?? [];
      return { name: wanted, servers: values.map((list, index) => ({ label: `ns${index + 1}`, values: list })) };
    },
  };
  const options = { plugin: 'persist', ...(until === undefined ? {} : { persistUntil: until }) };
  const plugin = persistValidation.create(options, realServices({ dns, log, clock }));
  const task: ChallengeTask = {
    identifier: { type: 'dns', value: name },
    token: '',
    keyAuthorization: `.${thumbprint}`,
    persist: { ...binding, ...changes },
  };
  const work = plugin.prepare(task).then(() => plugin.cleanUp(task));
  return { work, log, asked };
}

const sure = `ca.example; accounturi=${account}`;

test('a record that every name server shows is enough, among others', async () => {
  const others = ['v=spf1 -all', `other.example; accounturi=${account}`, 'ca.example; accounturi=https://else/1'];
  const { work, log, asked } = await prepare({
    looks: [[[...others, sure], [`authority.example;accounturi=${account}`]]],
  });
  await work;
  assert.deepEqual(asked, ['_validation-persist.www.example.com']);
  assert.deepEqual(log.lines, [
    'verbose: www.example.com: the TXT record _validation-persist.www.example.com is in place',
  ]);
});

test('a record that is missing is 45 with the line to publish', async () => {
  const { work, asked } = await prepare({ looks: [[[], []]] });
  const failure = await failureOf(work, 'ValidationSetupError');
  assert.equal(
    failure.message,
    'no TXT record _validation-persist.www.example.com lets this account validate www.example.com: ns1 has no TXT record there; ns2 has no TXT record there',
  );
  const line = `_validation-persist.www.example.com. IN TXT "authority.example; accounturi=${account}"`;
  assert.equal(failure.hint, `Publish this record and leave it there: ${line}`);
  assert.equal(asked.length, 1, 'nobody waits for what somebody has to make');
});

test('a wildcard needs the policy, at the name below it', async () => {
  const name = '*.example.com';
  const failure = await failureOf((await prepare({ name, looks: [[[sure]]] })).work, 'ValidationSetupError');
  assert.match(failure.message, /ns1 has one that has no policy=wildcard/);
  assert.match(
    failure.hint ?? '',
    /_validation-persist\.example\.com\. IN TXT "authority\.example; .*; policy=wildcard"/,
  );
  const good = await prepare({ name, looks: [[[`${sure}; policy=wildcard`]]] });
  await good.work;
});

const worthless: readonly [string, string, RegExp][] = [
  ['of another CA', `other.example; accounturi=${account}`, /ns1 has none for this CA there/],
  [
    'of another account',
    'ca.example; accounturi=https://ca.example/acct/7',
    /names another account, https:\/\/ca\.example\/acct\/7/,
  ],
  ['that has ended', `${sure}; persistUntil=1721952000`, /ended on 2024-07-26T00:00:00\.000Z/],
  ['that is broken', 'ca.example; persistUntil=1', /has no accounturi/],
];

for (const [name, value, reason] of worthless) {
  test(`a record ${name} does not count, and the reason is told`, async () => {
    const { work } = await prepare({ looks: [[[value]]] });
    assert.match((await failureOf(work, 'ValidationSetupError')).message, reason);
  });
}

test('while it spreads over the name servers it is waited for, but not for ever', async () => {
  const spreading = await prepare({
    looks: [
      [[sure], []],
      [[sure], []],
      [[sure], [sure]],
    ],
  });
  await spreading.work;
  assert.equal(spreading.asked.length, 3);
  const stuck = await prepare({ looks: [[[sure], []]] });
  const failure = await failureOf(stuck.work, 'ValidationSetupError');
  assert.equal(failure.message.match(/ns\d/g)?.join(), 'ns2');
  assert.equal(stuck.asked.length, 13);
});

test('a record that ends soon is worth a warning, one that lasts longest counts', async () => {
  const ending = (date: string) => `${sure}; persistUntil=${Date.parse(date) / 1000}`;
  const soon = await prepare({ looks: [[[ending('2027-01-31T00:00:00Z')]]] });
  await soon.work;
  assert.match(soon.log.lines.join(), /warning: the TXT record .* ends on 2027-01-31T00:00:00\.000Z: publish one/);
  const later = await prepare({ looks: [[[ending('2027-01-31T00:00:00Z'), ending('2030-01-31T00:00:00Z')]]] });
  await later.work;
  assert.doesNotMatch(later.log.lines.join(), /warning/);
});

test('--persistuntil is in the record to publish; one that is over is told', async () => {
  const until = '2030-01-31T00:00:00.000Z';
  const failure = await failureOf((await prepare({ looks: [[[]]], until })).work, 'ValidationSetupError');
  assert.match(failure.hint ?? '', /; persistUntil=1896048000"$/);
  const over = await failureOf((await prepare({ looks: [[[]]], until: '2026-01-01' })).work, 'ValidationSetupError');
  assert.match(over.hint ?? '', /would have ended on 2026-01-01.*later --persistuntil/);
  await (await prepare({ looks: [[[sure]]], until: '2026-01-01' })).work;
});

test('with accountHashPrefix: the hashed form is asked for, others may do, and that is told', async () => {
  const changes = { accountHashPrefix: prefix };
  const name = 'example.com';
  const failure = await failureOf((await prepare({ name, changes, looks: [[[]]] })).work, 'ValidationSetupError');
  assert.match(failure.hint ?? '', /accounturi=https:\/\/ca\.example\/account-hash\/sha-256\/5SQm7n6t/);
  for (const hash of ['5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw', 'NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug']) {
    const good = await prepare({ name, changes, looks: [[[`ca.example; accounturi=${prefix}sha-256/${hash}`]]] });
    await good.work;
    assert.doesNotMatch(good.log.lines.join(), /warning/);
  }
  for (const value of [sure, `ca.example; accounturi=${prefix}sha-256/of-an-earlier-key`]) {
    const doubtful = await prepare({ name, changes, looks: [[[value]]] });
    await doubtful.work;
    assert.match(
      doubtful.log.lines.join(),
      /warning: the CA may not take .* Sure is: _validation-persist\.example\.com\. IN/,
    );
  }
});

test('a challenge that does not say who issues is refused', async () => {
  const eleven = Array.from({ length: 11 }, (_, index) => `ca${index}.example`);
  for (const issuerDomainNames of [[], eleven, ['Upper.example'], ['a;b'], ['x'.repeat(254)]]) {
    const { work } = await prepare({ looks: [[[sure]]], changes: { issuerDomainNames } });
    assert.match(
      (await failureOf(work, 'AcmeError')).message,
      /challenge for www\.example\.com does not say who issues/,
    );
  }
});

test('where the settings say not to look, the CA decides', async () => {
  const log = createMemoryLog();
  const dns = { ...realServices().dns, readTxt: async () => undefined };
  const plugin = persistValidation.create({ plugin: 'persist' }, realServices({ dns, log }));
  const identifier = { type: 'dns', value: 'a.test' } as const;
  await plugin.prepare({ identifier, token: '', keyAuthorization: `.${thumbprint}`, persist: binding });
  assert.match(
    log.lines.join(),
    /verbose: the settings say not to look for the record: _validation-persist\.a\.test\./,
  );
});

test('dates on the command line and in the file', async () => {
  const stored = (text: string) =>
    persistValidation.fromArguments(valuesOf('validation', 'persist', ['--persistuntil', text]), String);
  assert.equal(stored('2030-01-31').persistUntil, '2030-01-31T00:00:00.000Z');
  assert.equal(stored('2030-01-31T12:00:00Z').persistUntil, '2030-01-31T12:00:00.000Z');
  for (const text of ['2030-02-30', '31.01.2030', 'tomorrow', '2030-1-1', '1896048000', '2030-01-31T12:00:00'])
    assert.equal((await failureOf(() => stored(text), 'UsageError')).message, `--persistuntil "${text}" is not a date`);
  const create = () => persistValidation.create({ plugin: 'persist', persistUntil: '2030-02-30' }, realServices());
  await failureOf(create, 'ConfigurationError');
});
