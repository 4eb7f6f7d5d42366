import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreOwner } from '../../src/core/certificate-store.ts';
import type { PluginDefaults, StorePlugin } from '../../src/core/plugin.ts';
import { createUnsupportedCertificateStore } from '../../src/platform/unsupported-certificate-store.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { createFakeCertificateStore, type FakeCertificateStore } from '../support/fake-certificate-store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf } from '../support/wacs-error.ts';
import { realServices, valuesOf } from './plugin-samples.ts';

const certificate = await createTestCertificate({ intermediates: 2, friendlyName: '[Manual] www.example.test' });
const { thumbprint } = certificate.info;
const defaults = realServices().defaults;

interface Bench {
  readonly windows: FakeCertificateStore;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly plugin: StorePlugin;
}

function open(
  name: string,
  args: readonly string[] = [],
  changes: Partial<PluginDefaults['certificateStore']> = {},
): Bench {
  const descriptor = pluginRegistry.store.find((one) => one.name === name) ?? assert.fail(name);
  const windows = createFakeCertificateStore();
  const clock = createFakeClock(new Date(2026, 2, 4, 5, 6, 7).toISOString());
  const certificateStore = { ...defaults.certificateStore, ...changes };
  const services = realServices({ certificateStore: windows, clock, defaults: { ...defaults, certificateStore } });
  const options = descriptor.fromArguments(valuesOf('store', name, args), (plain) => plain);
  return { windows, clock, plugin: descriptor.create(options, services) };
}

const owners: Readonly<Record<string, StoreOwner>> = { certificatestore: 'machine', userstore: 'user' };

for (const [name, owner] of Object.entries(owners)) {
  const place = `${owner}/My`;

  test(`store ${name}: certificate, key and name are in the store, the chain among the intermediates before`, async () => {
    const { windows, plugin } = open(name);
    const result = await plugin.save(certificate);
    assert.deepEqual([result.plugin, result.path], [name, 'My']);
    assert.match(result.items[0] ?? '', new RegExp(`^(LocalMachine|CurrentUser)\\\\My\\\\${thumbprint}$`));
    const entry = windows.entries.get(place)?.get(thumbprint);
    assert.equal(entry?.friendlyName, '[Manual] www.example.test @ 2026/3/4 5:06:07');
    assert.deepEqual([entry?.exportable, entry?.preferCng], [false, false]);
    assert.deepEqual(windows.intermediates.get(owner), certificate.chainPem);
    assert.deepEqual(windows.journal, ['addIntermediates', 'add']);
  });

  test(`store ${name}: repeated later, there is one certificate, and its name stays`, async () => {
    const { windows, clock, plugin } = open(name);
    await plugin.save(certificate);
    clock.advance(86_400_000);
    await plugin.save(certificate);
    const entries = [...(windows.entries.get(place)?.values() ?? [])];
    assert.deepEqual(
      entries.map(({ friendlyName }) => friendlyName),
      ['[Manual] www.example.test @ 2026/3/4 5:06:07'],
    );
    await plugin.save({ ...certificate, friendlyName: 'Shop' });
    assert.equal(windows.entries.get(place)?.get(thumbprint)?.friendlyName, 'Shop @ 2026/3/5 5:06:07');
  });

  test(`store ${name}: settings decide on date, export and the kind of key`, async () => {
    const { windows, plugin } = open(name, [], { dateInName: false, exportable: true, preferCng: true });
    await plugin.save(certificate);
    const entry = windows.entries.get(place)?.get(thumbprint);
    assert.deepEqual(
      [entry?.friendlyName, entry?.exportable, entry?.preferCng],
      ['[Manual] www.example.test', true, true],
    );
  });

  test(`store ${name}: what Windows says about its own success is not believed`, async () => {
    const { windows, plugin } = open(name);
    windows.keyProblem = 'NTE_BAD_KEYSET';
    const unusable = await failureOf(plugin.save(certificate), 'StoreError');
    assert.match(unusable.message, /and NTE_BAD_KEYSET$/);
    assert.match(unusable.hint ?? '', /still in place/);
    windows.entries.get(place)?.clear();
    windows.forgetful = true;
    assert.match((await failureOf(plugin.save(certificate), 'StoreError')).message, /and it is not there$/);
  });

  test(`store ${name}: drops the replaced certificate and nothing else`, async () => {
    const { windows, plugin } = open(name);
    const other = await createTestCertificate();
    for (const one of [certificate, other]) await plugin.save(one);
    await plugin.retire?.(thumbprint);
    await plugin.retire?.(thumbprint);
    assert.deepEqual([...(windows.entries.get(place)?.keys() ?? [])], [other.info.thumbprint]);
  });

  test(`store ${name}: --keepexisting leaves it`, () => {
    assert.equal(open(name, ['--keepexisting']).plugin.retire, undefined);
  });

  test(`store ${name}: elsewhere than on Windows it refuses before anything is done`, async () => {
    const descriptor = pluginRegistry.store.find((one) => one.name === name);
    const services = realServices({ certificateStore: createUnsupportedCertificateStore() });
    const plugin = descriptor?.create({ plugin: name }, services);
    const failure = await failureOf(Promise.resolve(plugin?.check?.()), 'UnsupportedPlatform');
    assert.match(failure.hint ?? '', /pemfiles/);
    await failureOf(Promise.resolve(plugin?.save(certificate)), 'UnsupportedPlatform');
    await failureOf(Promise.resolve(plugin?.retire?.(thumbprint)), 'UnsupportedPlatform');
  });
}

test('store certificatestore: the store is the one named, that of the settings, or that of Windows', async () => {
  const pathOf = async (args: readonly string[], name?: string): Promise<string> =>
    (await open('certificatestore', args, name === undefined ? {} : { name }).plugin.save(certificate)).path;
  assert.equal(await pathOf([]), 'My');
  assert.equal(await pathOf([], 'WebHosting'), 'WebHosting');
  assert.equal(await pathOf(['--certificatestore', 'My'], 'WebHosting'), 'My');
  for (const name of ['Personal', 'computer']) assert.equal(await pathOf(['--certificatestore', name]), 'My');
});

test('store certificatestore: a store or an account that does not exist is found out beforehand', async () => {
  const check = async (...args: readonly string[]): Promise<void> => open('certificatestore', args).plugin.check?.();
  await check('--acl-read', 'NETWORK SERVICE');
  const store = await failureOf(check('--certificatestore', 'Nowhere'), 'StoreError');
  assert.match(store.message, /Nowhere/);
  const account = await failureOf(check('--acl-fullcontrol', 'S-1-5-32-545,IIS AppPool\\Gone'), 'StoreError');
  assert.match(account.message, /IIS AppPool\\Gone/);
});

test('store certificatestore: accounts come with their rights', async () => {
  const args = ['--acl-read', 'NETWORK SERVICE', '--acl-fullcontrol', 'S-1-5-32-545'];
  const { windows, plugin } = open('certificatestore', args);
  await plugin.save(certificate);
  assert.deepEqual(windows.entries.get('machine/My')?.get(thumbprint)?.grants, [
    { account: 'S-1-5-32-545', right: 'full' },
    { account: 'NETWORK SERVICE', right: 'read' },
  ]);
});
