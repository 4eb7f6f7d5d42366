import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FaultBench, type FaultRun, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';

const external = {
  'kid-1': 'bWFjLWtleS1vZi10aGUtZXh0ZXJuYWwtYWNjb3VudA',
  'kid-2': 'YW5vdGhlci1tYWMta2V5LW9mLXNvbWVib2R5LWVsc2U',
};

function readPlan(bench: FaultBench, id: string): { account?: string } {
  return JSON.parse(readFileSync(join(bench.authority, `${id}.renewal.json`), 'utf8')).plan;
}

/** Account ids of the new orders, in the order of their names. */
function ownersOf(bench: FaultBench): Record<string, string> {
  const orders = [...bench.fake.state.orders.values()];
  return Object.fromEntries(orders.map(({ identifiers: [name], accountId }) => [name?.value, accountId]));
}

test('renewals remember their accounts; one run uses each, with one nonce for all', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test', ['--id', 'a']);
  await bench.issue('b.test', ['--id', 'b', '--account', 'Work', '--emailaddress', 'work@example.org']);
  await bench.issue('c.test', ['--id', 'c', '--account', 'work']);
  await bench.issue('d.test', ['--id', 'd', '--account', 'lab.2']);
  assert.equal(bench.fake.state.accounts.size, 3);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((id) => readPlan(bench, id).account),
    [undefined, 'work', 'work', 'lab.2'],
  );
  for (const name of ['account.json', 'accounts/work.json', 'accounts/lab.2.json'])
    assert.ok(existsSync(join(bench.authority, name)), name);
  const owners = ownersOf(bench);
  assert.equal(owners['b.test'], owners['c.test']);
  assert.equal(new Set(Object.values(owners)).size, 3);

  bench.fake.state.orders.clear();
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  assert.deepEqual(ownersOf(bench), owners);
  assert.deepEqual(
    [run.count('directory'), run.count('newNonce'), run.count('newAccount'), run.count('account')],
    [1, 1, 0, 0],
  );
  assert.match((await bench.run(['--list', '--id', 'b'])).stdout, /account +work\n/);
  const listing = JSON.parse((await bench.run(['--list', '--json'])).stdout);
  assert.deepEqual(
    listing.renewals.map(({ account }: { account?: string }) => account),
    [undefined, 'work', 'work', 'lab.2'],
  );
});

test('another account for a renewal orders nothing by itself, and is used from the next certificate on', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const moved = await bench.create('a.test', ['--account', 'work']);
  assertSuccess(moved);
  assert.equal(moved.count('newOrder'), 0);
  assertFailure(await bench.renew(['--force']), 42, 'AcmeAccountError');
  assertSuccess(await bench.renew(['--force', '--accepttos']));
  assert.equal(bench.fake.state.accounts.size, 2);
  assertSuccess(await bench.create('a.test'));
  assert.equal(readPlan(bench, 'site').account, undefined);
});

test('an account that fails takes down its own renewals only, and is named', async (t) => {
  const bench = await startFaultBench(t, { meta: { externalAccountRequired: true }, externalAccounts: external });
  const bind = (kid: keyof typeof external) => ['--eab-key-identifier', kid, '--eab-key', external[kid]];
  await bench.issue('a.test', ['--id', 'a', ...bind('kid-1')]);
  await bench.issue('b.test', ['--id', 'b', '--account', 'work', ...bind('kid-2')]);
  rmSync(join(bench.authority, 'accounts', 'work.json'));
  const run = await bench.renew(['--force']);
  const error = assertFailure(run, 42, 'AcmeAccountError');
  assert.match(error.message, /^account "work": .*external account binding/);
  assert.deepEqual(
    run.report?.renewals.map(({ id, result }) => [id, result]),
    [
      ['a', 'renewed'],
      ['b', 'failed'],
    ],
  );
  assertSuccess(await bench.run(['--register', '--accepttos', '--account', 'work', ...bind('kid-2')]));
  assertSuccess(await bench.renew(['--force']));
});

test('--register with a name shows that account, and the other ones are left alone', async (t) => {
  const bench = await startFaultBench(t);
  const register = (...more: string[]): Promise<FaultRun> =>
    bench.run(['--register', '--accepttos', '--json', ...more]);
  const usual = await register('--emailaddress', 'a@example.org');
  const work = await register('--account', 'work', '--emailaddress', 'b@example.org,c@example.org');
  const [first, second] = [...bench.fake.state.accounts.values()].map(({ id }) => id);
  const shown = (run: FaultRun) => JSON.parse(run.stdout).account;
  const url = (id: string | undefined) => `${bench.fake.state.baseUrl}/account/${id}`;
  assert.deepEqual(shown(usual), { url: url(first), status: 'valid', contact: ['mailto:a@example.org'] });
  const contact = ['mailto:b@example.org', 'mailto:c@example.org'];
  assert.deepEqual(shown(work), { name: 'work', url: url(second), status: 'valid', contact });
});

for (const name of ['../work', 'a/b', 'a\\b', 'con', 'LPT1.x', 'a.', '.a', '-a', 'a b', 'ü', 'x'.repeat(65)]) {
  test(`--account ${name}: 2, and nothing is written`, async (t) => {
    const bench = await startFaultBench(t);
    const run = await bench.run(['--register', '--accepttos', `--account=${name}`]);
    assertFailure(run, 2, 'UsageError');
    assert.deepEqual(run.requests, []);
    assert.equal(existsSync(join(bench.authority, 'accounts')), false);
  });
}

test('a name that cannot be one in a renewal file: 20 for that renewal', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const file = join(bench.authority, 'site.renewal.json');
  const renewal = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...renewal, plan: { ...renewal.plan, account: '../x' } }));
  const error = assertFailure(await bench.renew(['--force']), 20, 'ConfigurationError');
  assert.match(error.message, /"\.\.\/x" is not usable/);
});
