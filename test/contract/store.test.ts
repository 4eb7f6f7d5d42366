import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StorePlugin } from '../../src/core/plugin.ts';
import type { PluginOptions } from '../../src/core/renewal.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';
import { realServices, sampleOf, secrets, valuesOf } from './plugin-samples.ts';

const certificate = await createTestCertificate({ intermediates: 2 });
const successor = await createTestCertificate();
const wildcard = await createTestCertificate({ identifiers: [{ type: 'dns', value: '*.example.test' }] });
/** Stores that keep no key at all. */
const withoutKey = ['p7bfile'];
/** Those of Windows have no files; they have a suite of their own. */
const inFiles = pluginRegistry.store.filter(({ name }) => !['certificatestore', 'userstore'].includes(name));

for (const descriptor of inFiles) {
  const { name } = descriptor;
  const open = (t: TestContext): { folder: string; plugin: StorePlugin; stored: PluginOptions } => {
    const { folder, args } = sampleOf(t, 'store', name);
    const stored = descriptor.fromArguments(valuesOf('store', name, args), (plain) => secrets.protect(plain));
    return { folder, stored, plugin: descriptor.create(stored, realServices()) };
  };

  test(`store ${name}: everything it reports exists, and nothing else was made`, async (t) => {
    const { folder, plugin } = open(t);
    const result = await plugin.save(certificate);
    assert.deepEqual([result.plugin, result.path], [name, folder]);
    for (const item of result.items) assert.ok(statSync(item).size > 0, item);
    assert.deepEqual(
      readdirSync(folder)
        .map((file) => join(folder, file))
        .sort(),
      [...result.items].sort(),
    );
  });

  test(`store ${name}: without the private key it does what it can, or says beforehand that it cannot`, async (t) => {
    const { folder, plugin } = open(t);
    const before = (await plugin.save(certificate)).items;
    const keyFiles = before.filter((item) => readFileSync(item, 'latin1').includes('PRIVATE KEY'));
    const keys = keyFiles.map((item) => readFileSync(item, 'latin1'));
    const keyless = { ...successor, privateKeyPem: undefined };
    if (plugin.needsPrivateKey === true) {
      const failure = await failureOf(plugin.save(keyless), 'StoreError');
      assert.match(`${failure.message} ${failure.hint}`, /private key.*--pkfile/);
    } else {
      const { items } = await plugin.save(keyless);
      assert.deepEqual(
        items,
        before.filter((item) => !keyFiles.includes(item)),
      );
    }
    assert.deepEqual(
      keyFiles.map((item) => readFileSync(item, 'latin1')),
      keys,
    );
    assert.equal(readdirSync(folder).length, before.length);
  });

  test(`store ${name}: tells which option gives it a fixed name`, (t) => {
    const { plugin, stored } = open(t);
    const { fileName, ...unnamed } = stored;
    const option = plugin.fixedNameOption;
    assert.equal(option !== undefined, fileName !== undefined);
    if (option !== undefined) assert.ok(descriptor.options.some((one) => one.name === option));
    assert.equal(descriptor.create({ ...unnamed, plugin: name }, realServices()).fixedNameOption, undefined);
  });

  test(`store ${name}: saving is repeatable, and the next certificate takes the place of the last`, async (t) => {
    const { folder, plugin } = open(t);
    const first = await plugin.save(certificate);
    assert.deepEqual(await plugin.save(certificate), first);
    const before = readdirSync(folder);
    const contents = first.items.map((item) => readFileSync(item, 'latin1'));
    assert.deepEqual((await plugin.save(successor)).items, first.items);
    assert.deepEqual(readdirSync(folder), before);
    for (const [index, item] of first.items.entries()) assert.notEqual(readFileSync(item, 'latin1'), contents[index]);
  });

  test(`store ${name}: a folder that does not exist is made`, async (t) => {
    const { stored } = open(t);
    const path = join(temporaryFolder(t), 'new', 'folder');
    const { items } = await descriptor.create({ ...stored, path }, realServices()).save(certificate);
    assert.ok(items.every((item) => item.startsWith(path) && existsSync(item)));
  });

  test(`store ${name}: a write that fails leaves nothing half, and no temporary file`, async (t) => {
    const { folder, plugin } = open(t);
    const { items } = await plugin.save(certificate);
    for (const item of items) {
      rmSync(item);
      mkdirSync(join(item, 'in the way'), { recursive: true });
      await assert.rejects(plugin.save(successor), (error: Error) => error.message.includes(item));
      rmSync(item, { recursive: true });
      await plugin.save(certificate);
    }
    assert.equal(readdirSync(folder).length, items.length);
  });

  test(`store ${name}: files are replaced and never written in place`, async (t) => {
    const { folder, plugin } = open(t);
    const { items } = await plugin.save(certificate);
    const inodes = items.map((item) => statSync(item).ino);
    await plugin.save(successor);
    assert.ok(items.every((item, index) => !onPosix || statSync(item).ino !== inodes[index]));
    assert.deepEqual(
      readdirSync(folder).filter((file) => file.endsWith('.tmp')),
      [],
    );
  });

  test(`store ${name}: what holds the key is for its owner alone`, { skip: !onPosix }, async (t) => {
    const { items } = await open(t).plugin.save(certificate);
    const readable = items.filter((item) => (statSync(item).mode & 0o077) !== 0);
    for (const item of readable) assert.doesNotMatch(readFileSync(item, 'latin1'), /PRIVATE KEY|\.pfx$/);
    assert.ok(withoutKey.includes(name) || readable.length < items.length);
  });

  test(`store ${name}: without a name the files are called as the common name, a wildcard's star as _`, async (t) => {
    const { stored } = open(t);
    const path = temporaryFolder(t);
    const { fileName: _, ...unnamed } = stored;
    await descriptor.create({ ...unnamed, plugin: name, path }, realServices()).save(wildcard);
    for (const file of readdirSync(path)) assert.match(file, /^_\.example\.test[-.]/);
  });

  test(`store ${name}: a file in the place of its folder is a failure that names it`, async (t) => {
    const { stored } = open(t);
    const path = join(temporaryFolder(t), 'occupied');
    writeFileSync(path, 'a file');
    await assert.rejects(descriptor.create({ ...stored, path }, realServices()).save(certificate), (error: Error) =>
      error.message.includes(path),
    );
  });
}

test('store pfxfile: an unknown protection in a file is named', async () => {
  const descriptor = pluginRegistry.store.find(({ name }) => name === 'pfxfile');
  const options = { plugin: 'pfxfile', path: '/x', protection: 'weak' };
  const failure = await failureOf(() => descriptor?.create(options, realServices()), 'ConfigurationError');
  assert.match(failure.message, /"protection" is "weak"/);
});

test('store pemfiles: leaf, chain and key are where win-acme puts them', async (t) => {
  const path = temporaryFolder(t);
  const descriptor = pluginRegistry.store.find(({ name }) => name === 'pemfiles');
  await descriptor?.create({ plugin: 'pemfiles', path, fileName: 'site' }, realServices()).save(certificate);
  const read = (ending: string): string => readFileSync(join(path, `site-${ending}.pem`), 'utf8');
  assert.deepEqual(readdirSync(path).sort(), ['site-chain-only.pem', 'site-chain.pem', 'site-crt.pem', 'site-key.pem']);
  assert.equal(read('crt'), certificate.certificatePem);
  assert.equal(read('chain-only'), certificate.chainPem.join(''));
  assert.equal(read('chain'), read('crt') + read('chain-only'));
  assert.equal(read('key'), certificate.privateKeyPem);
  assert.equal(new X509Certificate(read('chain')).fingerprint256.replaceAll(':', ''), certificate.info.sha256);
});
