import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { statePaths } from '../../src/storage/state-paths.ts';
import { temporaryFolder } from '../platform/support.ts';
import { inCase, seededRandom, seedOr } from '../support/random.ts';
import { mutateJson } from './mutations.ts';
import { type StateFileKind, stateFileKinds } from './state-files.ts';

const mutations = 2_000;
const seed = seedOr(20_260_712);
const longestMs = 1_000;
const now = new Date('2026-03-01T00:00:00Z');
const kindNames = ['renewal', 'account', 'order', 'certificate', 'settings', 'vault', 'health record'];

describe(`${mutations} mutations of each state file are read or refused with 20, and the file stays as it is`, () => {
  for (const [index, name] of kindNames.entries()) {
    it(name, async (t) => {
      const folder = temporaryFolder(t);
      const kind = (await stateFileKinds(statePaths(folder, 'https://ca.test/'), now)).find((one) => one.name === name);
      assert.ok(kind !== undefined);
      await kind.write();
      assert.notEqual(await kind.use(), undefined, 'a good file');
      const text = readFileSync(kind.path, 'utf8');
      const random = seededRandom(seed + index);
      const outcomes = { read: 0, refused: 0 };
      for (let number = 0; number < mutations; number += 1) {
        const mutation = mutateJson(text, random);
        const label = `${name} ${number} (${mutation.name}): ${Buffer.from(mutation.bytes.subarray(0, 300))}`;
        outcomes[await inCase(label, seed, () => outcomeOf(kind, mutation.bytes))] += 1;
      }
      assert.deepEqual(Object.keys(Object.prototype), []);
      assert.ok(outcomes.read > mutations / 50, JSON.stringify(outcomes));
      t.diagnostic(`seed ${seed}: ${JSON.stringify(outcomes)}`);
    });
  }
});

async function outcomeOf(kind: StateFileKind, bytes: Uint8Array): Promise<'read' | 'refused'> {
  writeFileSync(kind.path, bytes);
  const startedAt = performance.now();
  const outcome = await kind.use().then(
    () => 'read' as const,
    (error: unknown) => {
      assert.ok(error instanceof WacsError, String(error));
      assert.equal(error.code, 'ConfigurationError', error.message);
      return 'refused' as const;
    },
  );
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < longestMs, `${tookMs} ms`);
  assert.ok(readFileSync(kind.path).equals(bytes), 'reading has changed the file');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  return outcome;
}
