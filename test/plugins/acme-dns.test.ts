import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { PluginServices } from '../../src/core/plugin.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { acmeDnsValidation } from '../../src/plugins/validation/acme-dns/descriptor.ts';
import { challengeRecordValue } from '../../src/plugins/validation/dns-validation.ts';
import { createAcmeDnsAccountStore } from '../../src/storage/acme-dns-store.ts';
import { quickServices } from '../contract/dns-places.ts';
import { secrets, valuesOf } from '../contract/plugin-samples.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { startAcmeDns } from '../support/dns-apis/acme-dns.ts';
import { failureOf } from '../support/wacs-error.ts';

const task = (host: string, token: string) => ({
  identifier: { type: 'dns', value: host } as const,
  token,
  keyAuthorization: `${token}.thumbprint`,
});
const name = '_acme-challenge.www.example.test';

/** The plugin in a DNS where the administrator makes CNAMEs. */
async function open(t: TestContext) {
  const log = createMemoryLog();
  const aliases = new Map<string, string>();
  const store = createAcmeDnsAccountStore(temporaryFolder(t), { files: createFileStore(), secrets, log });
  const absent = async (): Promise<never> => assert.fail('not part of this test');
  const dns: PluginServices['dns'] = {
    followAliases: async (alias) => aliases.get(alias) ?? alias,
    findZone: absent,
    exchange: absent,
    readTxt: absent,
    waitForTxt: async () => undefined,
  };
  const services = quickServices(t, { acmeDnsAccounts: store, dns, log });
  const double = await startAcmeDns(t, services.clock);
  const create = (changes: Partial<PluginServices> = {}) =>
    acmeDnsValidation.create({ plugin: 'acme-dns', baseUri: double.url }, { ...services, ...changes });
  /** As after reading what the failure says. */
  const delegate = async (host: string) => {
    const from = `_acme-challenge.${host}`;
    await failureOf(create().prepare(task(host, `first ${host}`)), 'ValidationSetupError');
    await create().cleanUp(task(host, `first ${host}`));
    const account = (await store.read(double.url, from)) ?? assert.fail('no account');
    aliases.set(from, account.fullDomain);
    return account;
  };
  return { double, store, services, aliases, create, delegate, log };
}

test('acme-dns: the first attempt registers once and says exactly which record to create', async (t) => {
  const { double, create, store } = await open(t);
  const attempt = async (host: string, token: string) => {
    const plugin = create();
    const failure = await failureOf(plugin.prepare(task(host, token)), 'ValidationSetupError');
    await plugin.cleanUp(task(host, token));
    return failure;
  };
  const hosts = ['www.example.test', '*.www.example.test'];
  const failures = await Promise.all(hosts.map((host, index) => attempt(host, `t${index}`)));
  const account = await store.read(double.url, name);
  assert.equal(double.accounts.length, 1);
  for (const { message, hint } of failures) {
    assert.equal(
      message,
      `${name} does not lead to acme-dns yet; create the DNS record "${name}. CNAME ${account?.fullDomain}."`,
    );
    assert.match(hint ?? '', /run this again/);
  }
  const again = await attempt('www.example.test', 't3');
  assert.equal(again.message, failures[0]?.message, 'the record does not change');
  assert.equal(double.accounts.length, 1);
});

test('acme-dns: the password is stored protected, for its owner alone, and told nowhere', async (t) => {
  const { double, delegate, store, log } = await open(t);
  const { password } = await delegate('www.example.test');
  const path = store.placeOf(double.url, name);
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).password, secrets.protect(password));
  if (onPosix) assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!JSON.stringify(log).includes(password));
});

test('acme-dns: once the CNAME is there, apex and wildcard have their values at once', async (t) => {
  const { double, delegate, create } = await open(t);
  const { fullDomain } = await delegate('example.test');
  const tasks = [task('example.test', 'apex'), task('*.example.test', 'wildcard')];
  const [first, second] = [create(), create()];
  await Promise.all([first.prepare(tasks[0] ?? assert.fail()), second.prepare(tasks[1] ?? assert.fail())]);
  assert.deepEqual(double.valuesAt(fullDomain).sort(), tasks.map(challengeRecordValue).sort());
});

test('acme-dns: eight names that lead to one account take their turns, two at a time', async (t) => {
  const { double, delegate, create, aliases } = await open(t);
  const { fullDomain } = await delegate('example.test');
  const plugin = create();
  let inPlace = 0;
  await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const host = `h${number}.example.test`;
      aliases.set(`_acme-challenge.${host}`, fullDomain);
      const one = task(host, `token ${number}`);
      await plugin.prepare(one);
      inPlace += 1;
      assert.ok(inPlace <= 2);
      for (let look = 0; look < 5; look += 1) {
        assert.ok(double.valuesAt(fullDomain).includes(challengeRecordValue(one)), 'it stays until it is cleaned up');
        await new Promise((resolve) => setImmediate(resolve));
      }
      inPlace -= 1;
      await plugin.cleanUp(one);
    }),
  );
});

test('acme-dns: who waits for a place in vain is told', async (t) => {
  const { delegate, create } = await open(t);
  await delegate('example.test');
  const plugin = create();
  for (const token of ['one', 'two']) await plugin.prepare(task('example.test', token));
  const failure = await failureOf(plugin.prepare(task('example.test', 'three')), 'ValidationSetupError');
  assert.match(failure.message, /keeps 2 values only, and these were in use for 300 s/);
  await plugin.cleanUp(task('example.test', 'three'));
  await plugin.cleanUp(task('example.test', 'one'));
  await plugin.prepare(task('example.test', 'three'));
});

test('acme-dns: an answer that was lost costs no value', async (t) => {
  const { double, delegate, create } = await open(t);
  const { fullDomain } = await delegate('example.test');
  const plugin = create();
  const [apex, wildcard] = [task('example.test', 'apex'), task('*.example.test', 'wildcard')];
  await plugin.prepare(apex);
  double.inject({ on: ({ path }) => path === '/update', damage: 'reset' });
  await plugin.prepare(wildcard);
  assert.deepEqual(double.valuesAt(fullDomain).sort(), [apex, wildcard].map(challengeRecordValue).sort());
});

test('acme-dns: a CNAME to an account that is not kept is told with where it leads', async (t) => {
  const { create, aliases } = await open(t);
  aliases.set(name, 'lost.auth.example.org');
  const failure = await failureOf(create().prepare(task('www.example.test', 't')), 'ValidationSetupError');
  assert.match(
    failure.message,
    /leads to lost\.auth\.example\.org, of which no account is kept; create the DNS record/,
  );
});

test('acme-dns: a name may lead to the account of another name', async (t) => {
  const { double, create, aliases, delegate } = await open(t);
  const { fullDomain } = await delegate('example.test');
  aliases.set('_acme-challenge.other.test', fullDomain);
  await create().prepare(task('other.test', 'other'));
  assert.equal(double.accounts.length, 1);
});

test('acme-dns: an account the server has forgotten is told with its file', async (t) => {
  const { double, delegate, create, store } = await open(t);
  await delegate('www.example.test');
  double.accounts.length = 0;
  const failure = await failureOf(create().prepare(task('www.example.test', 't')), 'ValidationSetupError');
  assert.match(failure.message, /set a TXT value of \S+ at http:\S+: acme-dns answered 401: forbidden/);
  assert.ok(failure.hint?.includes(store.placeOf(double.url, name)));
});

test('acme-dns: a server without registration says so', async (t) => {
  const { double, create } = await open(t);
  double.takesRegistrations = false;
  const failure = await failureOf(create().prepare(task('www.example.test', 't')), 'ValidationSetupError');
  assert.match(failure.message, new RegExp(`register an account for ${name} at .*: acme-dns answered 404`));
  assert.match(failure.hint ?? '', /disable_registration/);
});

test('acme-dns: a registration that cannot be kept is a failure before any record is told', async (t) => {
  const { create, store } = await open(t);
  const broken = { ...store, write: async () => assert.fail('the disk is full') };
  await assert.rejects(create({ acmeDnsAccounts: broken }).prepare(task('www.example.test', 't')), /the disk is full/);
});

test('acme-dns: a server without TLS is warned of, unless it is this machine', async (t) => {
  const { services, create, log } = await open(t);
  await failureOf(create().prepare(task('www.example.test', 't')), 'ValidationSetupError');
  assert.ok(!JSON.stringify(log).includes('without TLS'));
  const plugin = acmeDnsValidation.create({ plugin: 'acme-dns', baseUri: 'http://auth.invalid' }, services);
  await failureOf(plugin.prepare(task('www.example.test', 't')), 'ValidationSetupError');
  assert.ok(JSON.stringify(log).includes('http://auth.invalid is asked without TLS'));
});

for (const [given, stored] of [
  ['https://auth.example.org/', 'https://auth.example.org'],
  ['auth.example.org', 'https://auth.example.org'],
  ['auth.example.org:8443', 'https://auth.example.org:8443'],
  ['http://[::1]:8080/api/', 'http://[::1]:8080/api'],
]) {
  test(`acme-dns: --acmednsserver ${given} is stored as ${stored}`, () => {
    const options = acmeDnsValidation.fromArguments(
      valuesOf('validation', 'acme-dns', ['--acmednsserver', given ?? '']),
      String,
    );
    assert.equal(options.baseUri, stored);
  });
}

for (const given of ['ftp://auth.example.org', 'https://user:secret@auth.example.org', 'https://', 'a b']) {
  test(`acme-dns: --acmednsserver ${given} is refused, and not repeated`, async () => {
    const values = valuesOf('validation', 'acme-dns', ['--acmednsserver', given]);
    const failure = await failureOf(() => acmeDnsValidation.fromArguments(values, String), 'UsageError');
    assert.ok(!failure.message.includes('secret'));
  });
}
