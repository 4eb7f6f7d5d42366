import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { type EndedRun, type HealthRecord, type HealthStore, recordHealth } from '../../src/core/health-record.ts';
import type { LoadedRenewal } from '../../src/core/stores.ts';
import { renewal } from './samples.ts';

const endedAt = new Date('2026-06-01T12:00:00Z');
const run: EndedRun = {
  baseUri: 'https://ca.test/',
  command: 'renew',
  endedAt,
  exitCode: 0,
  exitName: 'Success',
  whole: true,
};

function memoryStore(previous?: HealthRecord): HealthStore & { last: HealthRecord | undefined } {
  const store = {
    last: previous,
    read: async () => store.last,
    async write(record: HealthRecord) {
      store.last = record;
    },
  };
  return store;
}

async function record(
  ended: EndedRun,
  health = memoryStore(),
  loaded: readonly LoadedRenewal[] = [],
): Promise<HealthRecord | undefined> {
  await recordHealth(ended, { health, renewals: { list: async () => loaded }, policyOf: () => ({}) });
  return health.last;
}

describe('recordHealth', () => {
  it('keeps renewals, and names those that cannot be read', async () => {
    const error = new WacsError('ConfigurationError', 'cannot use two');
    const loaded = [
      { kind: 'renewal', renewal: renewal() },
      { kind: 'unreadable', id: 'two', error },
    ] as const;
    const kept = await record(run, memoryStore(), loaded);
    assert.deepEqual(
      kept?.renewals.map(({ id }) => id),
      ['first'],
    );
    assert.deepEqual(kept?.unreadable, [{ id: 'two', message: 'cannot use two' }]);
    assert.deepEqual(kept?.writtenAt, endedAt);
  });

  const renewed = { command: 'renew', endedAt: new Date(0), exitCode: 44, exitName: 'ValidationFailed' };
  const created = { ...renewed, command: 'create' };
  const base = { baseUri: 'https://ca.test/', writtenAt: endedAt, renewals: [], unreadable: [] };
  const now = { command: 'renew', endedAt, exitCode: 0, exitName: 'Success' };
  const cases = [
    ['a run over all renewals replaces the last one', run, renewed, now],
    ['a run over some does not', { ...run, whole: false }, renewed, renewed],
    ['other commands do not', { ...run, command: 'register' }, renewed, renewed],
    ['nor does create, which is about one renewal', { ...run, command: 'create' }, renewed, renewed],
    ['create stands in while there is none', { ...run, command: 'create' }, undefined, { ...now, command: 'create' }],
    ['and replaces an earlier create', { ...run, command: 'create' }, created, { ...now, command: 'create' }],
    ['register does not stand in', { ...run, command: 'register' }, undefined, undefined],
  ] as const;
  for (const [name, ended, lastRun, expected] of cases) {
    it(name, async () => {
      const kept = await record(ended, memoryStore(lastRun === undefined ? base : { ...base, lastRun }));
      assert.deepEqual(kept?.lastRun, expected);
    });
  }

  it('keeps what was known of the task until a run looks again', async () => {
    const task = { name: 't', state: 'missing', problems: ['gone'] } as const;
    const health = memoryStore({ ...base, task });
    assert.deepEqual((await record(run, health))?.task, task);
    const registered = { ...run, task: { name: 't', state: 'registered', problems: ['it was missing'] } as const };
    assert.deepEqual((await record(registered, health))?.task, { name: 't', state: 'healthy', problems: [] });
    const removed = { ...run, task: { name: 't', state: 'removed', problems: [] } as const };
    assert.equal((await record(removed, health))?.task?.state, 'missing');
  });

  it('writes anew what cannot be read', async () => {
    const health = { ...memoryStore(), read: () => Promise.reject(new WacsError('StorageError', 'damaged')) };
    await assert.doesNotReject(record(run, health));
  });
});
