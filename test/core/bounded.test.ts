import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { settleBounded } from '../../src/core/bounded.ts';

test('settleBounded keeps the order of the items, whatever ends first', async () => {
  const results = await settleBounded([3, 1, 2], 3, async (turns) => {
    for (let left = turns; left > 0; left--) await turn();
    return turns * 10;
  });
  assert.deepEqual(
    results.map((result) => result.status === 'fulfilled' && result.value),
    [30, 10, 20],
  );
});

test('settleBounded runs as many as allowed at a time, and no more', async () => {
  let running = 0;
  let most = 0;
  await settleBounded(Array.from({ length: 20 }), 4, async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  });
  assert.equal(most, 4);
});

test('a failure, thrown or rejected, does not stop the others', async () => {
  const done: number[] = [];
  const results = await settleBounded([1, 2, 3], 1, (item) => {
    if (item === 1) throw new Error('at once');
    if (item === 2) return Promise.reject(new Error('later'));
    done.push(item);
    return Promise.resolve(item);
  });
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(done, [3]);
});

test('no items need no work', async () => {
  assert.deepEqual(await settleBounded([], 5, () => assert.fail('nothing to do')), []);
});
