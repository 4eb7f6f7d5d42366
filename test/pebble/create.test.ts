import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openssl, opensslMissing } from '../crypto/openssl.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames, openPfx, thumbprint } from './certificate-checks.ts';
import { assertPrivate } from './state-checks.ts';
import { assertExit, createWorkbench, namesIn, quick } from './workbench.ts';

test('--source manual gets certificates from Pebble', async (t) => {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('two names with an EC key, as PEM files and PFX, at the cost of one newNonce', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const password = 'pässwörd € "42"';
    const before = pebble.requests().length;
    const stores = ['--store', 'pemfiles,pfxfile', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx];
    const run = await bench.create('www.example.test,example.test', [...stores, '--pfxpassword', password]);
    assertExit(run, 0);

    assert.deepEqual(namesIn(bench.pem), [
      'www.example.test-chain-only.pem',
      'www.example.test-chain.pem',
      'www.example.test-crt.pem',
      'www.example.test-key.pem',
    ]);
    assert.deepEqual(namesIn(bench.pfx), ['www.example.test.pfx']);
    const leaf = await checkPemFiles(bench, pebble, 'www.example.test');
    assert.deepEqual(dnsNames(leaf), ['example.test', 'www.example.test']);
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'secp384r1');
    const pfx = await openPfx(join(bench.pfx, 'www.example.test.pfx'), password);
    assert.equal(pfx.certificates[0]?.fingerprint256, leaf.fingerprint256);
    assert.equal(pfx.certificates.length, 2, 'leaf and intermediate');
    assert.ok(leaf.checkPrivateKey(pfx.key), 'the key in the PFX is another one');
    assertPrivate(join(bench.pem, 'www.example.test-key.pem'));
    assertPrivate(join(bench.pfx, 'www.example.test.pfx'));

    const requests = pebble.requests().slice(before);
    const count = (kind: string): number => requests.filter((request) => request.kind === kind).length;
    const once = ['directory', 'newNonce', 'newAccount', 'newOrder', 'finalize', 'certificate'];
    assert.deepEqual(once.map(count), [1, 1, 1, 1, 1, 1]);
    assert.equal(count('challenge'), 2);

    const [reported] = run.report?.renewals ?? [];
    assert.equal(run.report?.command, 'create');
    assert.equal(run.report.exitName, 'Success');
    assert.equal(reported?.result, 'renewed');
    assert.equal(reported.certificate?.thumbprint, thumbprint(leaf));
    assert.deepEqual(reported.certificate.hosts, ['www.example.test', 'example.test']);
    assert.equal(reported.nextDueReason, 'renewalInfo');
  });

  await t.test('an RSA key, names for the files, an encrypted key and a PFX for old systems', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const pemStore = ['--pemfilespath', bench.pem, '--pemfilesname', 'shop', '--pempassword', 'key secret'];
    const pfxStore = ['--pfxfilepath', bench.pfx, '--pfxfilename', 'Shop 1', '--pfxpassword', 'pfx secret'];
    const stores = ['--store', 'pemfiles,pfxfile', ...pemStore, ...pfxStore, '--pfxprotection', 'legacy'];
    assertExit(await bench.create('rsa.test', [...stores, '--csr', 'rsa', '--friendlyname', 'Shop']), 0);
    const key = bench.readPem('shop', 'key');
    assert.match(key, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    assert.equal(createPrivateKey({ key, passphrase: 'key secret' }).asymmetricKeyDetails?.modulusLength, 3072);
    const keyFile = join(bench.pem, 'shop-key.pem');
    await openssl(['pkey', '-in', keyFile, '-passin', 'pass:key secret', '-noout', '-check']);
    const pfx = await openPfx(join(bench.pfx, 'Shop 1.pfx'), 'pfx secret');
    assert.equal(pfx.key.asymmetricKeyType, 'rsa');
    assert.deepEqual(dnsNames(pfx.certificates[0] ?? assert.fail('an empty PFX')), ['rsa.test']);
  });

  await t.test('--commonname names the subject and the files', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test,b.test', ['--commonname', 'b.test', '--id', 'common']), 0);
    const leaf = await checkPemFiles(bench, pebble, 'b.test');
    assert.deepEqual(dnsNames(leaf), ['a.test', 'b.test']);
    assert.equal(bench.readRenewal('common').friendlyName, '[Manual] b.test');
  });

  await t.test('an international name goes to the CA as an A-label and to people in its own letters', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const run = await bench.create('MÜNCHEN.example,www.münchen.example');
    assertExit(run, 0);
    assert.match(run.stdout, /www\.münchen\.example: validating/);
    const leaf = await checkPemFiles(bench, pebble, 'xn--mnchen-3ya.example');
    assert.deepEqual(dnsNames(leaf), ['www.xn--mnchen-3ya.example', 'xn--mnchen-3ya.example']);
  });

  await t.test('100 names go into one order; 101 are refused before anything is asked', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const hosts = Array.from({ length: 100 }, (_, index) => `host-${index}.test`);
    const before = pebble.requestCount('newOrder');
    assertExit(await bench.create(hosts.join(',')), 0);
    assert.equal(pebble.requestCount('newOrder') - before, 1);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'host-0.test')), hosts.toSorted());
    const requests = pebble.requests().length;
    const refused = await bench.create([...hosts, 'one-more.test'].join(','), ['--id', 'more']);
    assertExit(refused, 50);
    assert.match(refused.stderr, /101 hosts.*at most 100/);
    assert.equal(pebble.requests().length, requests);
  });

  for (const validation of [
    ['selfhosting', '--validationport', '8080'],
    ['filesystem', '--webroot', '/nowhere'],
  ]) {
    await t.test(
      `a wildcard is refused for ${validation[0]} with the reason, and nothing is asked or kept`,
      async (t) => {
        const bench = await createWorkbench(t, pebble);
        const before = pebble.requests().length;
        const run = await bench.create('example.test,*.example.test', ['--validation', ...validation]);
        assertExit(run, 2);
        assert.match(run.stderr, /\*\.example\.test: wildcard names can only be validated by dns-01/);
        assert.equal(pebble.requests().length, before);
        assert.deepEqual(bench.ids(), []);
      },
    );
  }

  await t.test('--json puts the report on standard output and nothing else', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const run = await bench.create('json.test,münchen.test', ['--json', '--verbose']);
    assertExit(run, 0);
    assert.match(run.stderr, /json\.test: validated/);
    assert.match(run.stdout, /^[\x0a\x20-\x7e]+$/);
    assert.deepEqual(JSON.parse(run.stdout), run.report);
    assert.deepEqual(JSON.parse(readFileSync(join(bench.authority, 'status.json'), 'utf8')), run.report);
  });
});

test('a CA that refuses half of all nonces costs no second newNonce', async (t) => {
  const pebble = await pebbleOrSkip(t, { nonceReject: 50 });
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const run = await bench.create('a.test,b.test,c.test', ['--verbose']);
  assertExit(run, 0);
  assert.match(run.stdout, /nonce refused by the CA, signing again/);
  assert.equal(pebble.requestCount('newNonce'), 1);
});
