import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoncePool } from '../../src/acme/nonce-pool.ts';

/** A pool whose fetches are counted, each giving the next number. */
function createPool() {
  let fetched = 0;
  const pool = new NoncePool(async () => `fetched-${++fetched}`);
  return { pool, fetches: () => fetched };
}

test('one fetch serves any number of requests in sequence', async () => {
  const { pool, fetches } = createPool();
  for (let number = 1; number <= 50; number++) {
    const nonce = await pool.take();
    assert.equal(nonce, number === 1 ? 'fetched-1' : `reply-${number - 1}`);
    pool.giveBack(`reply-${number}`);
  }
  assert.equal(fetches(), 1);
});

test('requests side by side wait for the replies of those under way', async () => {
  const { pool, fetches } = createPool();
  const used: string[] = [];
  const request = async (number: number): Promise<void> => {
    used.push(await pool.take());
    await Promise.resolve();
    pool.giveBack(`reply-${number}`);
  };
  await Promise.all(Array.from({ length: 10 }, (_, number) => request(number)));
  assert.equal(fetches(), 1);
  assert.equal(new Set(used).size, 10);
});

test('a long queue gets more nonces into circulation, few in relation to its length', async () => {
  const { pool, fetches } = createPool();
  const request = async (number: number): Promise<void> => {
    await pool.take();
    await Promise.resolve();
    pool.giveBack(`reply-${number}`);
  };
  await Promise.all(Array.from({ length: 100 }, (_, number) => request(number)));
  assert.ok(fetches() > 1 && fetches() <= 10, `${fetches()} fetches`);
});

test('the newest nonce is used first, because the CA forgets old ones', async () => {
  const { pool, fetches } = createPool();
  const queue = Array.from({ length: 31 }, () => pool.take());
  await Promise.all(queue.slice(0, 2));
  assert.equal(fetches(), 2);
  for (let served = 2; served < queue.length; served++) pool.giveBack(`reply-${served}`);
  await Promise.all(queue);
  pool.giveBack('older');
  pool.giveBack('newest');
  assert.deepEqual([await pool.take(), await pool.take()], ['newest', 'older']);
});

test('a reply without a nonce makes the next request fetch one', async () => {
  const { pool, fetches } = createPool();
  await pool.take();
  const waiting = pool.take();
  pool.giveBack(undefined);
  assert.equal(await waiting, 'fetched-2');
  assert.equal(fetches(), 2);
});

test('a fetch that fails fails one request, and the next one tries again', async () => {
  const reasons = [new Error('first'), new Error('second')];
  const pool = new NoncePool(() => {
    const reason = reasons.shift();
    return reason === undefined ? Promise.resolve('fetched') : Promise.reject(reason);
  });
  const results = await Promise.allSettled([pool.take(), pool.take(), pool.take()]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
    ['first', 'second', 'fetched'],
  );
  const waiting = pool.take();
  pool.giveBack('reply');
  assert.equal(await waiting, 'reply');
});
