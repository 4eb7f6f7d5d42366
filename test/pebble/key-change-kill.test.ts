import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Instant, killAt } from '../support/kill-hook.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { assertExit, createWorkbench, quick, type Workbench } from './workbench.ts';

const skip = process.platform === 'win32' ? 'the executable is killed under Windows itself' : false;

interface StoredAccount {
  readonly url: string;
  readonly key: string;
  readonly pendingKey?: { readonly key: string };
}

const file = 'account.json';
const keyChange = '/rollover-account-key';
const newAccount = '/sign-me-up';

/** Between every two steps of the change, and whether the CA has done it then. */
const steps: readonly (readonly [string, Instant, boolean])[] = [
  ['before the new key is stored', { when: 'before', file }, false],
  ['after the new key is stored', { when: 'after', file }, false],
  ['before the CA is asked', { when: 'before', request: keyChange }, false],
  ['after the CA has answered', { when: 'after', request: keyChange }, true],
  ['before the change is recorded', { when: 'before', file, nth: 2 }, true],
  ['after the change is recorded', { when: 'after', file, nth: 2 }, true],
];

/** Between every two steps of finding out which key is in force. */
const settlingSteps: readonly (readonly [string, Instant])[] = [
  ['before the CA is asked', { when: 'before', request: newAccount }],
  ['after the CA has answered', { when: 'after', request: newAccount }],
  ['before it is recorded', { when: 'before', file }],
  ['after it is recorded', { when: 'after', file }],
];

function readAccount({ authority }: Workbench): StoredAccount {
  return JSON.parse(readFileSync(join(authority, file), 'utf8'));
}

async function assertKilled(bench: Workbench, args: readonly string[], instant: Instant): Promise<void> {
  const killed = await bench.run(args, killAt(bench.folder, instant));
  assert.equal(killed.signal, 'SIGKILL', `the instant never came:\n${killed.output}`);
}

/** The account is the same, works with one key, and takes another one. */
async function assertUsable(bench: Workbench, before: StoredAccount, changed: boolean): Promise<void> {
  assertExit(await bench.run(['--renew', '--force']), 0);
  const settled = readAccount(bench);
  assert.equal(settled.url, before.url);
  assert.equal(settled.key !== before.key, changed, changed ? 'the new key is in force' : 'the old key is in force');
  assertExit(await bench.run(['--rollover']), 0);
  const { key, url, pendingKey } = readAccount(bench);
  assert.deepEqual([url, pendingKey], [before.url, undefined]);
  assert.notEqual(key, settled.key);
  assertExit(await bench.run(['--register']), 0);
}

test('a key change that is killed between any two steps', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const start = async (t: TestContext) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    return { bench, before: readAccount(bench) };
  };
  for (const [when, instant, changed] of steps) {
    await t.test(`${when}: the next run uses the key in force`, async (t) => {
      const { bench, before } = await start(t);
      const changes = pebble.requestCount('keyChange');
      await assertKilled(bench, ['--rollover'], instant);
      assert.equal(pebble.requestCount('keyChange') - changes, changed ? 1 : 0);
      await assertUsable(bench, before, changed);
    });
  }
  for (const [when, instant] of settlingSteps) {
    await t.test(`and the next run killed too, ${when}: the one after uses the key in force`, async (t) => {
      const { bench, before } = await start(t);
      await assertKilled(bench, ['--rollover'], { when: 'after', request: keyChange });
      await assertKilled(bench, ['--renew', '--force'], instant);
      await assertUsable(bench, before, true);
    });
  }
});
