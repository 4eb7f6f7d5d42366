import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames } from './certificate-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick, type Run, type Workbench } from './workbench.ts';

const issuer = 'pebble.letsencrypt.org';
const persist = ['--validation', 'persist', '--id', 'site'];
const forced = ['--renew', '--force', '--verbose', '--accepttos'];

test('dns-persist-01 by records that are published once', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('45 with the records, issued when they are there, renewed without touching the DNS', async (t) => {
    const bench = await createBench(t, pebble);
    const create = () => bench.create('a.test,b.test', persist);
    const missing = await create();
    assertExit(missing, 45);
    const records = recordsIn(missing);
    const value = `${issuer}; accounturi=${accountOf(bench)}`;
    assert.deepEqual(records, { '_validation-persist.a.test.': value, '_validation-persist.b.test.': value });
    assert.deepEqual(bench.ids(), []);
    await publish(t, pebble, records);
    assertExit(await create(), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'a.test')), ['a.test', 'b.test']);
    const renewed = await bench.run(forced);
    assertExit(renewed, 0);
    // Of a hundred authorizations Pebble uses one again, whatever it is told.
    assert.match(
      renewed.output,
      /a\.test: (the TXT record _validation-persist\.a\.test is in place|already validated)/,
    );
    assert.match(renewed.output, /b\.test: (already )?validated/);
  });

  await t.test('a wildcard needs the policy, and the same record does for its apex', async (t) => {
    const bench = await createBench(t, pebble);
    const create = () => bench.create('wild.test,*.wild.test', persist);
    const name = '_validation-persist.wild.test.';
    const missing = await create();
    assertExit(missing, 45);
    const plain = `${issuer}; accounturi=${accountOf(bench)}`;
    await publish(t, pebble, { [name]: plain });
    const narrow = await create();
    assertExit(narrow, 45);
    assert.match(narrow.stderr, /lets this account validate \*\.wild\.test: .*has one that has no policy=wildcard/);
    assert.deepEqual(recordsIn(narrow), { [name]: `${plain}; policy=wildcard` });
    await publish(t, pebble, recordsIn(narrow));
    assertExit(await create(), 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'wild.test')), ['*.wild.test', 'wild.test']);
  });

  await t.test('a record with an end: accepted before, warned of, refused after', async (t) => {
    const bench = await createBench(t, pebble);
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const create = (until: string) => bench.create('end.test', [...persist, '--persistuntil', until]);
    const missing = await create(inDays(30));
    assertExit(missing, 45);
    const [name = '', value = ''] = Object.entries(recordsIn(missing))[0] ?? [];
    assert.match(value, new RegExp(`; persistUntil=${Date.parse(inDays(30)) / 1000}$`));
    await publish(t, pebble, { [name]: value });
    const run = await create(inDays(30));
    assertExit(run, 0);
    assert.match(run.stderr, new RegExp(`warning: .*end\\.test ends on ${inDays(30)}T.*publish one that lasts longer`));
    await publish(t, pebble, { [name]: value.replace(/\d+$/, '1721952000') });
    const over = await bench.run(forced);
    assertExit(over, 45);
    assert.match(over.stderr, /has one that ended on 2024-07-26/);
    const nonsense = await create('31.12.2030');
    assertExit(nonsense, 2);
  });

  await t.test('the record of another account does not count', async (t) => {
    const bench = await createBench(t, pebble);
    assertExit(await bench.create('moved.test', persist), 45);
    const before = accountOf(bench);
    await publish(t, pebble, { '_validation-persist.moved.test.': `${issuer}; accounturi=${before}` });
    assertExit(await bench.create('moved.test', persist), 0);
    forgetAccount(bench);
    const run = await bench.run(forced);
    assertExit(run, 45);
    assert.ok(run.stderr.includes(`names another account, ${before}`), run.stderr);
    assert.deepEqual(recordsIn(run), {
      '_validation-persist.moved.test.': `${issuer}; accounturi=${accountOf(bench)}`,
    });
  });

  await t.test('where the DNS is not looked at, the CA says what is missing', async (t) => {
    const bench = await createBench(t, pebble, { PreValidateDns: false });
    const run = await bench.create('unseen.test', [...persist, '--verbose']);
    assertExit(run, 44);
    assert.match(run.output, /the settings say not to look for the record: _validation-persist\.unseen\.test\./);
    assert.match(run.stderr, /unseen\.test: .*TXT/);
  });

  await t.test('what it cannot validate is a usage error', async (t) => {
    const bench = await createBench(t, pebble);
    assertExit(await bench.create('127.0.0.1', persist), 2);
    const mode = await bench.create('a.test', ['--validation', 'persist', '--validationmode', 'dns-01']);
    assertExit(mode, 2);
    assertExit(await bench.create('mode.test', [...persist, '--validationmode', 'dns-persist-01']), 45);
  });
});

async function createBench(t: TestContext, pebble: Pebble, settings: object = {}): Promise<Workbench> {
  const bench = await createWorkbench(t, pebble);
  const asked = { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true };
  bench.writeSettings({ Validation: { ...asked, ...settings } });
  return bench;
}

function accountOf(bench: Workbench): string {
  return JSON.parse(readFileSync(join(bench.authority, 'account.json'), 'utf8')).url;
}

/** The records that a run asks for, by name. */
function recordsIn(run: Run): Record<string, string> {
  const lines = run.stderr.matchAll(/(_validation-persist\.\S+) IN TXT "([^"]*)"/g);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** Puts each value in the place of what its name had before. */
async function publish(t: TestContext, pebble: Pebble, records: Readonly<Record<string, string>>): Promise<void> {
  for (const [host, value] of Object.entries(records)) {
    await pebble.setDns('clear-txt', { host });
    await pebble.setDns('set-txt', { host, value });
    t.after(() => pebble.setDns('clear-txt', { host }));
  }
}
