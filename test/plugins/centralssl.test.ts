import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { PluginServices } from '../../src/core/plugin.ts';
import type { PluginOptions } from '../../src/core/renewal.ts';
import { centralSslStore } from '../../src/plugins/store/centralssl.ts';
import { realServices } from '../contract/plugin-samples.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryFiles } from '../scheduler/fakes.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf } from '../support/wacs-error.ts';

const dns = (...values: string[]) => values.map((value) => ({ type: 'dns', value }) as const);

function store(path: string, options: Partial<PluginOptions> = {}, services: Partial<PluginServices> = {}) {
  return centralSslStore.create({ plugin: 'centralssl', path, ...options }, realServices(services));
}

test('each host has a file of its own, a wildcard one with _, an international name its own letters', async (t) => {
  const path = temporaryFolder(t);
  const identifiers = [
    ...dns('www.example.test', '*.example.test', 'xn--mnchen-3ya.test'),
    { type: 'ip', value: '192.0.2.1' } as const,
  ];
  const certificate = await createTestCertificate({ identifiers });
  const { items } = await store(path).save(certificate);
  const expected = ['_.example.test.pfx', 'münchen.test.pfx', 'www.example.test.pfx'];
  assert.deepEqual(readdirSync(path).sort(), expected);
  assert.deepEqual(
    items.map((item) => readFileSync(item, 'latin1')).filter((text, _, all) => text !== all[0]),
    [],
  );
});

test('a certificate of addresses alone has no place there', async (t) => {
  const certificate = await createTestCertificate({ identifiers: [{ type: 'ip', value: '192.0.2.1' }] });
  const failure = await failureOf(() => store(temporaryFolder(t)).save(certificate), 'StoreError');
  assert.match(failure.hint ?? '', /certificatestore/);
});

for (const pfxProtection of ['modern', 'legacy'] as const) {
  test(`${pfxProtection}: files of the replaced certificate go, all others stay`, async (t) => {
    const path = temporaryFolder(t);
    const plugin = store(path, { protection: pfxProtection });
    const old = await createTestCertificate({ identifiers: dns('a.test', 'b.test', 'c.test') });
    const other = await createTestCertificate({ identifiers: dns('other.test') });
    await plugin.save(old);
    await plugin.save(other);
    writeFileSync(join(path, 'foreign.pfx'), 'not a PFX at all');
    writeFileSync(join(path, 'b.test.txt'), readFileSync(join(path, 'b.test.pfx')));
    await plugin.save(await createTestCertificate({ identifiers: dns('a.test') }));
    await plugin.retire?.(old.info.thumbprint);
    assert.deepEqual(readdirSync(path).sort(), ['a.test.pfx', 'b.test.txt', 'foreign.pfx', 'other.test.pfx']);
  });
}

test('--keepexisting leaves them', async (t) => {
  const path = temporaryFolder(t);
  const plugin = store(path, { keepExisting: true });
  const old = await createTestCertificate({ identifiers: dns('a.test', 'b.test') });
  await plugin.save(old);
  await plugin.save(await createTestCertificate({ identifiers: dns('a.test') }));
  await plugin.retire?.(old.info.thumbprint);
  assert.deepEqual(readdirSync(path).sort(), ['a.test.pfx', 'b.test.pfx']);
});

test('a share that is away for a moment is asked again; a folder of this machine is not', async () => {
  const certificate = await createTestCertificate();
  for (const [path, attempts] of [
    ['\\\\server\\share', 4],
    ['C:\\certificates', 1],
  ] as const) {
    const clock = createFakeClock();
    const files = createMemoryFiles();
    files.failure = { method: 'writeAtomic', error: new WacsError('StorageError', 'the network path was not found') };
    const failing = store(path, {}, { files, clock });
    await failureOf(() => failing.save(certificate), 'StorageError');
    assert.equal(files.written.length, attempts, path);
    assert.deepEqual(clock.sleeps, [1_000, 3_000, 10_000].slice(0, attempts - 1));
  }
  const files = createMemoryFiles();
  files.failure = { method: 'writeAtomic', error: new WacsError('StorageError', 'away') };
  const sleep = async (): Promise<void> => {
    files.failure = undefined;
  };
  const clock = { ...createFakeClock(), sleep };
  const result = await store('//server/share', {}, { files, clock }).save(certificate);
  assert.equal(result.items.length, 1);
});
