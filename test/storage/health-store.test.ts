import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { HealthRecord } from '../../src/core/health-record.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { createHealthStore } from '../../src/storage/health-store.ts';

const record: HealthRecord = {
  baseUri: 'https://ca.test/',
  writtenAt: new Date('2026-06-01T12:00:00Z'),
  lastRun: { command: 'renew', endedAt: new Date('2026-06-01T12:00:00Z'), exitCode: 0, exitName: 'Success' },
  task: { name: 't', state: 'healthy', problems: [] },
  renewals: [
    {
      id: 'a',
      friendlyName: 'A',
      hosts: ['a.test'],
      certificate: { thumbprint: 'AA', notBefore: new Date(0), notAfter: new Date(1e12), revoked: false },
      dueAt: new Date(1e11),
      failures: { count: 1, lastAt: new Date(1), code: 'StoreError' },
    },
  ],
  unreadable: [{ id: 'b', message: 'cannot use b' }],
};

async function storeIn(t: TestContext, allowReading?: (folder: string) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'wacs-health-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'state', 'health', 'ca.test.json');
  return { path, store: createHealthStore({ path, files: createFileStore(), allowReading }) };
}

describe('createHealthStore', () => {
  it('gives back what it was given', async (t) => {
    const { store } = await storeIn(t);
    assert.equal(await store.read(), undefined);
    await store.write(record);
    assert.deepEqual(await store.read(), record);
  });

  it('opens its own folder to readers before there is a file in it', async (t) => {
    const opened: string[][] = [];
    const seen: Promise<void>[] = [];
    const { path, store } = await storeIn(t, (folder) => {
      opened.push([folder]);
      seen.push(
        stat(path).then(
          () => assert.fail('the file came first'),
          () => undefined,
        ),
      );
    });
    await store.write(record);
    await Promise.all(seen);
    assert.deepEqual(opened, [[dirname(path)]]);
    assert.deepEqual(await readdir(dirname(path)), ['ca.test.json']);
  });

  it('has no record where the file is damaged', async (t) => {
    const { path, store } = await storeIn(t);
    await store.write(record);
    for (const content of ['', '{', '{"schemaVersion":2}', '[]', '{"schemaVersion":1,"renewals":[{}]}']) {
      await writeFile(path, content);
      assert.equal(await store.read(), undefined, content);
    }
  });
});
