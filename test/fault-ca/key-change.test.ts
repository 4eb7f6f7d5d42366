import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { mutate, problemFault, rateLimited, refusal, serverInternal } from '../support/fake-acme/faults.ts';
import { problem } from '../support/fake-acme/problem.ts';
import { hang, reset, responseLost } from '../support/fake-acme/wire-faults.ts';
import { createTrigger, type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

/** account.json, as far as these tests look into it. */
interface StoredAccount {
  url: string;
  key: string;
  pendingKey?: { key: string; since: string };
}

function fileOf(bench: FaultBench): string {
  return join(bench.authority, 'account.json');
}

function readAccount(bench: FaultBench): StoredAccount {
  return JSON.parse(readFileSync(fileOf(bench), 'utf8'));
}

function editAccount(bench: FaultBench, change: (account: StoredAccount) => void): void {
  const account = readAccount(bench);
  change(account);
  writeFileSync(fileOf(bench), JSON.stringify(account));
}

function spki(stored: string): string {
  return createPublicKey(stored.replace(/^clear-/, ''))
    .export({ type: 'spki', format: 'der' })
    .toString('hex');
}

/** The key that is in force at the CA. */
function keyAtCa(bench: FaultBench): string {
  const [account, ...more] = bench.fake.state.accounts.values();
  assert.ok(account !== undefined && more.length === 0, 'another account');
  return account.jwk.key.export({ type: 'spki', format: 'der' }).toString('hex');
}

async function startRegistered(t: TestContext, keyPem?: string): Promise<{ bench: FaultBench; before: StoredAccount }> {
  const bench = await startFaultBench(t);
  const path = join(bench.authority, '..', 'own.pem');
  if (keyPem !== undefined) writeFileSync(path, keyPem);
  assertSuccess(
    await bench.run(['--register', '--accepttos', ...(keyPem === undefined ? [] : ['--accountkey', path])]),
  );
  await bench.issue();
  return { bench, before: readAccount(bench) };
}

/** The next run finds the key in force, and so do the ones after it. */
async function assertUsable(bench: FaultBench): Promise<void> {
  const next = await bench.renew(['--force']);
  assertSuccess(next);
  assertIssued(bench);
  const { key, pendingKey } = readAccount(bench);
  assert.equal(spki(key), keyAtCa(bench));
  assertSuccess(await bench.run(['--rollover']));
  const after = readAccount(bench);
  assert.equal(spki(after.key), keyAtCa(bench));
  assert.notEqual(after.key, key);
  assert.equal(after.pendingKey, undefined);
  if (pendingKey !== undefined) assert.equal(after.key, pendingKey.key, 'the key of the request that was lost');
  assertSuccess(await bench.renew(['--force']));
}

for (const [kind, keyPem] of [
  ['ES256', undefined],
  ['ES384', await createPrivateKey({ type: 'ec', curve: 'P-384' })],
  ['RS256', await createPrivateKey({ type: 'rsa', bits: 2048 })],
] as const) {
  test(`an account key of ${kind} is changed to another of its kind, as often as is wanted`, async (t) => {
    const { bench, before } = await startRegistered(t, keyPem);
    for (const _ of [1, 2]) {
      const run = await bench.run(['--rollover', '--json']);
      assertSuccess(run);
      assert.equal(JSON.parse(run.stdout).account.url, before.url);
      assert.equal(run.count('newAccount'), 0);
      const { url, key, pendingKey } = readAccount(bench);
      assert.deepEqual([url, pendingKey], [before.url, undefined]);
      assert.notEqual(key, before.key);
      assert.equal(spki(key), keyAtCa(bench));
      const [account] = bench.fake.state.accounts.values();
      assert.equal(account?.jwk.algorithm, kind);
      before.key = key;
    }
    assertSuccess(await bench.renew(['--force']));
  });
}

test('the new key is on disk before the CA hears of it', async (t) => {
  const { bench, before } = await startRegistered(t);
  let stored: StoredAccount | undefined;
  const fault: Fault = {
    name: 'look',
    async apply({ process, send }) {
      stored = readAccount(bench);
      send(await process());
    },
  };
  bench.fake.inject({ on: 'keyChange', fault });
  assertSuccess(await bench.run(['--rollover']));
  assert.equal(stored?.key, before.key);
  assert.equal(stored?.pendingKey?.key, readAccount(bench).key);
});

for (const times of [1, 3]) {
  test(`the answer is lost ${times} times after the change took effect: done`, async (t) => {
    const { bench, before } = await startRegistered(t);
    bench.fake.inject({ on: 'keyChange', fault: responseLost(), times });
    const run = await bench.run(['--rollover']);
    assertSuccess(run);
    assert.deepEqual(run.payloads('newAccount'), [{ onlyReturnExisting: true }]);
    assert.match(run.output, /had taken effect/);
    assert.notEqual(readAccount(bench).key, before.key);
    await assertUsable(bench);
  });
}

test('the request is lost before it took effect, once: asked again', async (t) => {
  const { bench, before } = await startRegistered(t);
  bench.fake.inject({ on: 'keyChange', fault: reset() });
  assertSuccess(await bench.run(['--rollover']));
  assert.notEqual(readAccount(bench).key, before.key);
  await assertUsable(bench);
});

test('the request is lost for good: 41, the old key stays in use, and the new one is kept for a while', async (t) => {
  const { bench, before } = await startRegistered(t);
  bench.fake.inject({ on: 'keyChange', fault: reset(), times: 3 });
  assertFailure(await bench.run(['--rollover']), 41, 'AcmeUnreachable');
  const { key, pendingKey } = readAccount(bench);
  assert.equal(key, before.key);
  assert.ok(pendingKey);
  await assertUsable(bench);
  assert.equal(readAccount(bench).pendingKey, undefined);
});

test('a request that took effect long after it was sent loses nothing', async (t) => {
  const { bench } = await startRegistered(t);
  let takeEffect: () => Promise<unknown> = () => Promise.reject(new Error('nothing was sent'));
  const fault: Fault = {
    name: 'late',
    apply({ process, reset }) {
      takeEffect = process;
      reset();
    },
  };
  bench.fake.inject({ on: 'keyChange', fault, times: 3 });
  assertFailure(await bench.run(['--rollover']), 41, 'AcmeUnreachable');
  assertSuccess(await bench.renew(['--force']));
  await takeEffect();
  await assertUsable(bench);
});

test('what was asked for long ago and did not take effect is forgotten', async (t) => {
  const { bench, before } = await startRegistered(t);
  bench.fake.inject({ on: 'keyChange', fault: reset(), times: 3 });
  assertFailure(await bench.run(['--rollover']), 41, 'AcmeUnreachable');
  editAccount(bench, ({ pendingKey }) => {
    if (pendingKey !== undefined) pendingKey.since = new Date(Date.now() - 11 * 60_000).toISOString();
  });
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  assert.match(run.output, /did not take effect; the old key stays in use/);
  assert.deepEqual([readAccount(bench).pendingKey, readAccount(bench).key], [undefined, before.key]);
  assert.equal((await bench.renew(['--force'])).count('newAccount'), 0);
});

test('the CA falls silent in the middle: 41 with a word about the key, and the next run finds out', async (t) => {
  const { bench, before } = await startRegistered(t);
  bench.fake.inject({ on: 'keyChange', fault: responseLost(), times: 3 });
  bench.fake.inject({ on: 'newAccount', fault: reset('headers'), times: 3 });
  const run = await bench.run(['--rollover']);
  assertFailure(run, 41, 'AcmeUnreachable');
  assert.match(run.output, /which account key is in force is not known yet/);
  assert.equal(readAccount(bench).key, before.key);
  await assertUsable(bench);
});

for (const [what, fault, code, name] of [
  ['the new key belongs to an account', conflict(), 42, 'AcmeAccountError'],
  ['the account may not', refusal('unauthorized', 403), 42, 'AcmeAccountError'],
  ['the CA does not like the key', refusal('badPublicKey', 400), 42, 'AcmeAccountError'],
  ['the CA does not understand', refusal('malformed', 400), 40, 'AcmeError'],
] as const) {
  test(`refused because ${what}: ${code}, and nothing is left of the new key`, async (t) => {
    const { bench, before } = await startRegistered(t);
    bench.fake.inject({ on: 'keyChange', fault });
    const error = assertFailure(await bench.run(['--rollover']), code, name);
    assert.match(error.message, /^changing the account key: /);
    assert.deepEqual(readAccount(bench), before);
    await assertUsable(bench);
  });
}

function conflict(): Fault {
  const body = problem('conflict', 409, 'the key is taken');
  return problemFault(body, { Location: 'https://ca.example/account/somebody' });
}

test('too much is asked of the CA: 43, and the key is not forgotten', async (t) => {
  const { bench } = await startRegistered(t);
  bench.fake.inject({ on: 'keyChange', fault: rateLimited(3 * 3_600) });
  assertFailure(await bench.run(['--rollover']), 43, 'AcmeRateLimited');
  assert.ok(readAccount(bench).pendingKey);
  await assertUsable(bench);
});

test('a fault of the CA after the change took effect is no failure', async (t) => {
  const { bench } = await startRegistered(t);
  const failure = serverInternal();
  const fault: Fault = {
    name: 'done, then failed',
    async apply(exchange) {
      await exchange.process();
      await failure.apply(exchange);
    },
  };
  bench.fake.inject({ on: 'keyChange', fault, times: 3 });
  assertSuccess(await bench.run(['--rollover']));
  await assertUsable(bench);
});

test('a pending key that belongs to another account is not taken for ours', async (t) => {
  const { bench, before } = await startRegistered(t);
  assertSuccess(await bench.run(['--register', '--accepttos', '--account', 'other']));
  const other: StoredAccount = JSON.parse(readFileSync(join(bench.authority, 'accounts', 'other.json'), 'utf8'));
  editAccount(bench, (account) => {
    account.pendingKey = { key: other.key, since: new Date().toISOString() };
  });
  assertSuccess(await bench.renew(['--force']));
  assert.deepEqual([readAccount(bench).key, readAccount(bench).pendingKey], [before.key, undefined]);
  assertSuccess(await bench.run(['--rollover', '--account', 'other']));
  const changed: StoredAccount = JSON.parse(readFileSync(join(bench.authority, 'accounts', 'other.json'), 'utf8'));
  assert.notEqual(changed.key, other.key);
  assert.equal(readAccount(bench).key, before.key);
});

test('a directory without keyChange: 40 before anything is written', async (t) => {
  const { bench, before } = await startRegistered(t);
  bench.fake.inject({ on: 'directory', fault: mutate(({ keyChange: _, ...rest }) => rest), times: Infinity });
  const error = assertFailure(await bench.run(['--rollover']), 40, 'AcmeError');
  assert.match(error.message, /directory has no "keyChange": it does not offer that/);
  assert.deepEqual(readAccount(bench), before);
});

test('without an account: 42, and none is made', async (t) => {
  const bench = await startFaultBench(t);
  const error = assertFailure(await bench.run(['--rollover']), 42, 'AcmeAccountError');
  assert.match(error.message, /no account at this CA on this machine/);
  assert.equal(bench.fake.state.accounts.size, 0);
});

test('an account the CA has forgotten: 42 with the way out', async (t) => {
  const { bench } = await startRegistered(t);
  bench.fake.state.accounts.clear();
  assert.match(assertFailure(await bench.run(['--rollover']), 42, 'AcmeAccountError').hint ?? '', /--register/);
});

for (const [what, takesEffect] of [
  ['before it took effect', false],
  ['after it took effect', true],
] as const) {
  test(`killed at the request, ${what}: the next run uses the key in force`, { skip }, async (t) => {
    const { bench } = await startRegistered(t);
    const trigger = createTrigger('SIGKILL');
    const fault: Fault = {
      name: 'killed',
      async apply({ process }) {
        if (takesEffect) await process();
        trigger.fire();
      },
    };
    bench.fake.inject({ on: 'keyChange', fault });
    const killed = await bench.run(['--rollover', '--verbose'], trigger.options);
    assert.equal(killed.signal, 'SIGKILL', killed.output);
    assert.ok(readAccount(bench).pendingKey);
    await assertUsable(bench);
  });
}

test('Ctrl+C while the CA is silent: 26 at once, and the next run uses the key in force', { skip }, async (t) => {
  const { bench } = await startRegistered(t);
  bench.setLimits({ RequestTimeout: 60 });
  const trigger = createTrigger('SIGINT');
  const silence = hang();
  const fault: Fault = {
    name: 'interrupt',
    async apply(exchange) {
      await exchange.process();
      trigger.fire();
      await silence.apply(exchange);
    },
  };
  bench.fake.inject({ on: 'keyChange', fault });
  assertFailure(await bench.run(['--rollover', '--verbose'], trigger.options), 26, 'Interrupted');
  await assertUsable(bench);
});

test('Ctrl+C while the key in force is looked for: 26, and the next run finds it', { skip }, async (t) => {
  const { bench } = await startRegistered(t);
  const trigger = createTrigger('SIGINT');
  bench.fake.inject({ on: 'keyChange', fault: responseLost(), times: 3 });
  bench.fake.inject({ on: 'newAccount', fault: { name: 'interrupt', apply: () => trigger.fire() } });
  assertFailure(await bench.run(['--rollover', '--verbose'], trigger.options), 26, 'Interrupted');
  assert.ok(readAccount(bench).pendingKey);
  await assertUsable(bench);
});
