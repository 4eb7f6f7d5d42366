import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames, openPfx, thumbprint } from './certificate-checks.ts';
import { assertExit, createWorkbench, namesIn, quick, type Run } from './workbench.ts';

test('creating again is safe in a start-up script', async (t) => {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const stored = () => thumbprint(new X509Certificate(bench.readPem('a.test', 'crt')));
  const again = async (host: string, args: readonly string[], expected: { orders: number; result: string }) => {
    const before = pebble.requestCount('newOrder');
    const run = await bench.create(host, args);
    assertExit(run, 0);
    assert.equal(pebble.requestCount('newOrder') - before, expected.orders, run.output);
    assert.equal(resultOf(run), expected.result);
    return run;
  };

  await t.test('the same id and the same arguments order nothing', async () => {
    await again('a.test', ['--id', 'site'], { orders: 1, result: 'renewed' });
    const before = stored();
    const run = await again('a.test', ['--id', 'site'], { orders: 0, result: 'notDue' });
    assert.match(run.stdout, /is up to date; next due on/);
    await again('a.test', ['--id', 'site'], { orders: 0, result: 'notDue' });
    assert.equal(stored(), before);
    assert.deepEqual(bench.ids(), ['site']);
  });

  await t.test('without an id, the friendly name or the first host tells which one is meant', async () => {
    await again('b.test', [], { orders: 1, result: 'renewed' });
    await again('b.test', [], { orders: 0, result: 'notDue' });
    await again('c.test', ['--friendlyname', 'Shop'], { orders: 1, result: 'renewed' });
    await again('c.test', ['--friendlyname', 'Shop'], { orders: 0, result: 'notDue' });
    assert.equal(bench.ids().length, 3);
  });

  await t.test('other hosts are a new certificate for the same renewal', async () => {
    const before = stored();
    const run = await again('a.test,www.a.test', ['--id', 'site'], { orders: 1, result: 'renewed' });
    assert.match(run.stdout, /names, key or profile have changed/);
    assert.notEqual(stored(), before);
    assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'a.test')), ['a.test', 'www.a.test']);
    assert.equal(bench.readRenewal('site').history.length, 2);
    await again('a.test,www.a.test', ['--id', 'site'], { orders: 0, result: 'notDue' });
    await again('www.a.test,a.test', ['--id', 'site', '--commonname', 'a.test'], { orders: 0, result: 'notDue' });
  });

  await t.test('another store gets the certificate that is there; the rest of the file survives', async () => {
    const before = stored();
    bench.editRenewal('site', (renewal) => Object.assign(renewal, { note: 'mine' }));
    const both = ['--store', 'pemfiles,pfxfile', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx];
    const args = ['--id', 'site', ...both, '--pfxpassword', 'first secret'];
    await again('a.test,www.a.test', args, { orders: 0, result: 'deployedOnly' });
    const pfx = await openPfx(join(bench.pfx, 'a.test.pfx'), 'first secret');
    assert.equal(thumbprint(pfx.certificates[0] ?? assert.fail('an empty PFX')), before);
    assert.match(readFileSync(join(bench.authority, 'site.renewal.json'), 'utf8'), /"note": "mine"/);

    await again('a.test,www.a.test', args, { orders: 0, result: 'notDue' });
    const other = [...args.slice(0, -1), 'second secret'];
    await again('a.test,www.a.test', other, { orders: 0, result: 'deployedOnly' });
    await openPfx(join(bench.pfx, 'a.test.pfx'), 'second secret');
    assert.deepEqual(namesIn(bench.pfx), ['a.test.pfx']);
  });

  await t.test('another kind of key, --force and --nocache order anew', async () => {
    const args = ['--id', 'forced'];
    await again('f.test', args, { orders: 1, result: 'renewed' });
    await again('f.test', [...args, '--force'], { orders: 1, result: 'renewed' });
    await again('f.test', [...args, '--nocache'], { orders: 1, result: 'renewed' });
    await again('f.test', [...args, '--csr', 'rsa'], { orders: 1, result: 'renewed' });
    const leaf = await checkPemFiles(bench, pebble, 'f.test');
    assert.equal(leaf.publicKey.asymmetricKeyType, 'rsa');
  });
});

function resultOf(run: Run): string | undefined {
  assert.equal(run.report?.renewals.length, 1);
  return run.report.renewals[0]?.result;
}
