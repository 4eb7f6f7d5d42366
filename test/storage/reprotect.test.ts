import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { planSecrets, valueAt } from '../../src/core/plan-secrets.ts';
import type { FileStore } from '../../src/core/ports.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { reprotect } from '../../src/storage/reprotect.ts';
import type { SecretPlaces } from '../../src/storage/secret-files.ts';
import { createSecretProtection, type SecretProtection } from '../../src/storage/secrets.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';

let calls = 0;
/** Blobs of a machine carry its name; another one refuses them. */
const machine = (name: string) => ({
  protect: (plain: Uint8Array) =>
    Buffer.concat([Buffer.from(`${name}${++calls % 10}`.padEnd(100, '.')), Buffer.from(plain)]),
  unprotect(blob: Uint8Array) {
    if (!Buffer.from(blob).toString('latin1').startsWith(name)) throw new Error('The data is invalid');
    return blob.subarray(100);
  },
});
const here = createSecretProtection(machine('here'));
const open = createSecretProtection(machine('here'), { encrypt: false });
const elsewhere = createSecretProtection(machine('away'));

function placesInRenewal(content: unknown): SecretPlaces {
  const { places, unknownPlugins } = planSecrets(valueAt(content, ['plan']), pluginRegistry);
  return { places: places.map((place) => ['plan', ...place]), doubts: unknownPlugins.map((name) => `${name}?`) };
}

const renewal = (password: string, host = 'a.test') => ({
  schemaVersion: 1,
  friendlyName: 'clear-coat.test',
  plan: {
    source: { plugin: 'manual', hosts: [host] },
    store: [
      { plugin: 'pfxfile', path: 'C:\\certs', pfxPassword: password },
      { plugin: 'pemfiles', path: 'clear-path' },
    ],
  },
  later: [1.5e300, 'enc-x'],
});

function setUp(t: TestContext, files: Readonly<Record<string, unknown>>) {
  const root = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeFileSync(join(root, name), text);
  }
  const text = (name: string): string => readFileSync(join(root, name), 'utf8');
  return {
    root,
    text,
    json: (name: string) => JSON.parse(text(name)),
    run: (secrets: SecretProtection, store: FileStore = createFileStore()) =>
      reprotect({
        ...{ root, vault: join(root, 'secrets.json'), files: store, secrets, placesInRenewal },
        encrypted: secrets === here,
      }),
  };
}

/** Every place of a secret, in every kind of file. */
const everywhere = (protect: (plain: string) => string) => ({
  'secrets.json': { Entries: [{ Key: 'a', Secret: protect('vault') }] },
  'ca/a.renewal.json': renewal(protect('password')),
  'ca/account.json': { schemaVersion: 1, key: protect('key'), pendingKey: { key: protect('next'), since: 'x' } },
  'ca/accounts/second.json': { key: protect('second') },
  'ca/accounts/old/account-20260101.json': { key: protect('old') },
  'ca/orders/a.order.json': { url: 'u', privateKey: protect('order') },
  'ca/certificates/a.certificate.json': { privateKey: protect('certificate'), chain: [] },
  'other/b.renewal.json': renewal(protect('elsewhere')),
  'acme-dns/auth.acme-dns.io/a.test.json': { password: protect('acme-dns') },
});

function revealed(json: (name: string) => unknown, secrets: SecretProtection): string[] {
  const paths: [string, (string | number)[]][] = [
    ['secrets.json', ['Entries', 0, 'Secret']],
    ['ca/a.renewal.json', ['plan', 'store', 0, 'pfxPassword']],
    ['ca/account.json', ['key']],
    ['ca/account.json', ['pendingKey', 'key']],
    ['ca/accounts/second.json', ['key']],
    ['ca/accounts/old/account-20260101.json', ['key']],
    ['ca/orders/a.order.json', ['privateKey']],
    ['ca/certificates/a.certificate.json', ['privateKey']],
    ['other/b.renewal.json', ['plan', 'store', 0, 'pfxPassword']],
    ['acme-dns/auth.acme-dns.io/a.test.json', ['password']],
  ];
  return paths.map(([name, path]) => secrets.reveal(String(valueAt(json(name), path))));
}

const plain = ['vault', 'password', 'key', 'next', 'second', 'old', 'order', 'certificate', 'elsewhere', 'acme-dns'];

test('all secrets of all CAs are encrypted, taken apart again, and the second time nothing is written', async (t) => {
  const { run, json, text, root } = setUp(
    t,
    everywhere((secret) => `clear-${secret}`),
  );
  const before = text('ca/a.renewal.json');
  const first = await run(here);
  assert.deepEqual(first, { encrypted: true, files: 9, rewritten: 10, kept: 0, references: 0, failures: [] });
  assert.deepEqual(revealed(json, here), plain);
  for (const name of Object.keys(everywhere(String))) assert.doesNotMatch(text(name), /"clear-(?!path|coat)/, name);
  const mtime = statSync(join(root, 'ca/account.json')).mtimeMs;
  const again = await run(here);
  assert.deepEqual([again.files, again.rewritten, again.kept], [0, 0, 10]);
  assert.equal(statSync(join(root, 'ca/account.json')).mtimeMs, mtime);
  const back = await run(open);
  assert.deepEqual([back.files, back.rewritten, back.failures], [9, 10, []]);
  assert.deepEqual(revealed(json, createSecretProtection(undefined)), plain);
  assert.equal(text('ca/a.renewal.json'), before, 'only the secrets change, letter by letter');
  if (onPosix) assert.equal(statSync(join(root, 'ca/a.renewal.json')).mode & 0o777, 0o600);
});

test("base64, as win-acme writes it, becomes a form of today's", async (t) => {
  const { run, json } = setUp(
    t,
    everywhere((secret) => Buffer.from(secret).toString('base64')),
  );
  assert.equal((await run(open)).rewritten, 10);
  assert.deepEqual(revealed(json, createSecretProtection(undefined)), plain);
});

test('references to the vault stay, and are counted', async (t) => {
  const { run, text } = setUp(t, { 'ca/a.renewal.json': renewal('vault://json/a') });
  const before = text('ca/a.renewal.json');
  const { references, rewritten, failures } = await run(here);
  assert.deepEqual([references, rewritten, failures], [1, 0, []]);
  assert.equal(text('ca/a.renewal.json'), before);
});

test('what another machine has encrypted is named with file and place, stays as it is, and stops nothing', async (t) => {
  const { run, text, json, root } = setUp(t, {
    ...everywhere((secret) => here.protect(secret)),
    'ca/account.json': { key: elsewhere.protect('key'), pendingKey: { key: here.protect('next') } },
  });
  const before = json('ca/account.json').key;
  const { rewritten, files, failures } = await run(open);
  assert.deepEqual([rewritten, files], [9, 9]);
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['ConfigurationError'],
  );
  assert.ok(failures[0]?.message.startsWith(`${join(root, 'ca', 'account.json')}, "key": cannot read a stored secret`));
  assert.match(failures[0]?.hint ?? '', /EncryptConfig to false/);
  assert.equal(json('ca/account.json').key, before);
  assert.equal(json('ca/account.json').pendingKey.key, 'clear-next');
  assert.match(text('secrets.json'), /clear-vault/);
});

test('off Windows, encrypted secrets are named one by one', async (t) => {
  const { run } = setUp(
    t,
    everywhere((secret) => here.protect(secret)),
  );
  const { rewritten, failures } = await run(createSecretProtection(undefined));
  assert.deepEqual([rewritten, failures.length], [0, 10]);
});

test('a broken file, an unknown plugin and a secret in settings are named, and the others are rewritten', async (t) => {
  const { run, text } = setUp(t, {
    'ca/a.renewal.json': renewal(here.protect('a')),
    'ca/broken.renewal.json': '{ oops',
    'ca/later.renewal.json': { plan: { validation: { plugin: 'later', token: here.protect('t') } } },
    'settings.json': `{ // mine\n "Proxy": { "Password": "${here.protect('p')}" } }`,
    'ca/settings.json': '{ "Proxy": { "Password": "clear-x" } }',
    'ca/unknown.json': { token: here.protect('t') },
    'ca/status.json': { message: 'enc-' },
    'notes.json': 'no JSON',
    'log/log.txt': here.protect('x'),
  });
  const { rewritten, failures } = await run(open);
  assert.equal(rewritten, 1);
  const messages = failures.map(({ message }) => message);
  for (const [name, why] of [
    ['broken.renewal.json', /line 1, column 3/],
    ['later.renewal.json', /was not rewritten: validation later\?/],
    ['unknown.json', /no file of this version/],
    ['settings.json', /wacs does not write to settings/],
  ] as const) {
    assert.ok(
      messages.some((message) => message.includes(name) && why.test(message)),
      `${name}: ${messages}`,
    );
  }
  assert.equal(failures.length, 4);
  assert.match(text('ca/a.renewal.json'), /"clear-a/);
  const names = (await run(here)).failures.map(({ message }) => /([a-z]+)(?:\.renewal)?\.json/.exec(message)?.[1]);
  assert.deepEqual(names.toSorted(), ['broken', 'later'], 'what is encrypted may stay so');
});

test('a name that stands twice is not half rewritten', async (t) => {
  const twice = '{ "key": "clear-first", "key": "clear-second" }';
  const { run, text } = setUp(t, { 'ca/account.json': twice });
  const { failures, rewritten } = await run(here);
  assert.match(failures[0]?.message ?? '', /stands in it twice/);
  assert.deepEqual([text('ca/account.json'), rewritten], [twice, 0]);
});

test('broken off after any write, every file is old or new and every secret readable; the next run does the rest', async (t) => {
  const total = 9;
  for (let writes = 0; writes < total; writes += 1) {
    const { run, json } = setUp(
      t,
      everywhere((secret) => here.protect(secret)),
    );
    const real = createFileStore();
    let left = writes;
    const failing: FileStore = {
      ...real,
      writeAtomic: async (...args) => {
        if (left-- <= 0) throw new Error('no more');
        return real.writeAtomic(...args);
      },
    };
    assert.equal((await run(open, failing)).files, writes);
    assert.deepEqual(revealed(json, here), plain);
    assert.equal((await run(open)).files, total - writes);
    assert.deepEqual(revealed(json, createSecretProtection(undefined)), plain);
  }
});

test('a vault with a file of its own is rewritten there', async (t) => {
  const { root } = setUp(t, {});
  const vault = join(temporaryFolder(t), 'my.json');
  writeFileSync(vault, JSON.stringify([{ Key: 'a', Secret: 'clear-x' }, { Key: 'b' }]));
  const result = await reprotect({
    ...{ root, vault, files: createFileStore(), secrets: here, encrypted: true, placesInRenewal },
  });
  assert.deepEqual([result.rewritten, result.failures], [1, []]);
  assert.equal(here.reveal(JSON.parse(readFileSync(vault, 'utf8'))[0].Secret), 'x');
});
