import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type Bind, type BindKey, bindOrSkip } from '../support/bind/bind.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames } from './certificate-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick } from './workbench.ts';

const algorithms = ['hmac-md5', 'hmac-sha1', 'hmac-sha224', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;

const keys: readonly BindKey[] = algorithms.map((algorithm) => ({
  name: `key-${algorithm}`,
  algorithm,
  secret: randomBytes(32).toString('base64'),
}));

const usual = keys.find(({ algorithm }) => algorithm === 'hmac-sha256') ?? assert.fail();
const grants = keys.map(({ name }) => name);

const zones = [
  {
    name: 'a.test',
    grants,
    records: `_acme-challenge.moved IN CNAME moved.acme.test.
_acme-challenge.far IN CNAME Hop
hop IN CNAME far.Acme.Test.
sub IN NS ns.sub
ns.sub IN A 127.0.0.1
`,
  },
  { name: 'sub.a.test', grants },
  { name: 'acme.test', grants },
  { name: 'closed.test' },
];

async function setUp(t: TestContext, pebble: Pebble, bind: Bind) {
  const bench = await createWorkbench(t, pebble);
  bench.writeSettings({
    Validation: {
      DnsServers: [bind.address],
      DnsPropagationDelay: 0,
      PreValidateDnsRetryCount: 5,
      PreValidateDnsRetryInterval: 1,
    },
  });
  const create = (host: string, { name, algorithm, secret }: BindKey = usual, args: readonly string[] = []) => {
    const server = ['--validation', 'rfc2136', '--validationmode', 'dns-01', '--serverhost', bind.address];
    const key = ['--tsigkeyname', name, '--tsigkeysecret', secret, '--tsigkeyalgorithm', algorithm];
    return bench.create(host, [...server, ...key, ...args]);
  };
  return { bench, create };
}

test('dns-01 by dynamic updates of BIND', async (t) => {
  const bind = await bindOrSkip(t, { keys, zones });
  if (bind === undefined) return;
  const pebble = await pebbleOrSkip(t, { ...quick, dnsServer: `${bind.address}:53` });
  if (pebble === undefined) return;
  const assertGone = async (...names: string[]): Promise<void> => {
    for (const name of names) assert.equal(await bind.values(name), undefined, `${name} is still there`);
  };

  await t.test('a name and its wildcard in one order; the name servers of the zone are asked', async (t) => {
    const { bench, create } = await setUp(t, pebble, bind);
    const run = await create('a.test,*.a.test', usual, ['--verbose']);
    assertExit(run, 0);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'a.test')), ['*.a.test', 'a.test']);
    assert.match(run.output, /asking the name servers of a\.test: ns\.a\.test \(127\.\d+\.\d+\.\d+\)/);
    assert.match(run.output, /the name servers of a\.test show the record/);
    await assertGone('_acme-challenge.a.test');
  });

  for (const key of keys) {
    await t.test(`signed with ${key.algorithm}`, async (t) => {
      const { create } = await setUp(t, pebble, bind);
      const host = `${key.algorithm}.a.test`;
      assertExit(await create(host, key), 0);
      await assertGone(`_acme-challenge.${host}`);
    });
  }

  await t.test('a renewal has all it needs', async (t) => {
    const { bench, create } = await setUp(t, pebble, bind);
    assertExit(await create('*.again.a.test', usual, ['--id', 'site']), 0);
    const again = await create('*.again.a.test', usual, ['--id', 'site']);
    assertExit(again, 0);
    assert.doesNotMatch(again.output, /updating the renewal/, 'the same secret is no change');
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 0);
    await assertGone('_acme-challenge.again.a.test');
  });

  await t.test('CNAMEs into another zone, over one and over two hops', async (t) => {
    const { create } = await setUp(t, pebble, bind);
    const run = await create('moved.a.test,*.moved.a.test,far.a.test', usual, ['--verbose']);
    assertExit(run, 0);
    assert.match(run.output, /_acme-challenge\.moved\.a\.test leads to moved\.acme\.test/);
    assert.match(run.output, /_acme-challenge\.far\.a\.test leads to far\.acme\.test/);
    assert.match(run.output, /moved\.acme\.test: adding a TXT record to the zone acme\.test/);
    await assertGone('moved.acme.test', 'far.acme.test');
  });

  await t.test('a zone below another one', async (t) => {
    const { create } = await setUp(t, pebble, bind);
    const run = await create('www.sub.a.test', usual, ['--verbose']);
    assertExit(run, 0);
    assert.match(run.output, /asking the name servers of sub\.a\.test/);
    await assertGone('_acme-challenge.www.sub.a.test');
  });

  const refusals: [string, string, BindKey, RegExp][] = [
    [
      'the wrong secret',
      'x.a.test',
      { ...usual, secret: randomBytes(32).toString('base64') },
      /NOTAUTH, BADSIG[\s\S]*--tsigkeysecret/,
    ],
    [
      'an unknown key',
      'x.a.test',
      { ...usual, name: 'nobody' },
      /NOTAUTH, BADKEY[\s\S]*no key "nobody" for hmac-sha256/,
    ],
    [
      'another algorithm',
      'x.a.test',
      { ...usual, algorithm: 'hmac-sha512' },
      /NOTAUTH, BADKEY[\s\S]*--tsigkeyalgorithm/,
    ],
    ['a zone that is closed', 'x.closed.test', usual, /refuses to add .* closed\.test: REFUSED[\s\S]*update-policy/],
    [
      'a zone it has not',
      'x.other.test',
      usual,
      /there is no DNS zone for x\.other\.test|has no zone for _acme-challenge\.x\.other\.test/,
    ],
  ];
  for (const [what, host, key, shown] of refusals) {
    await t.test(`${what}: 45, and nothing is left behind`, async (t) => {
      const { bench, create } = await setUp(t, pebble, bind);
      const challenges = pebble.requestCount('challenge');
      const run = await create(host, key);
      assertExit(run, 45);
      assert.match(run.stderr, shown);
      assert.doesNotMatch(run.stderr, /cannot clean up/);
      assert.equal(pebble.requestCount('challenge'), challenges);
      assert.deepEqual(bench.ids(), []);
    });
  }
  await assertGone('_acme-challenge.x.a.test', '_acme-challenge.x.closed.test');
});
