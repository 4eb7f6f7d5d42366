import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { openssl, withFile } from '../crypto/openssl.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { splitPem } from '../support/split-pem.ts';
import { checkPemFiles, openPfx, thumbprint } from './certificate-checks.ts';
import { assertExit, createWorkbench, quick, type Workbench } from './workbench.ts';

const kinds = [
  { csr: 'rsa', settings: { Rsa: { KeyBits: 2048 } }, size: 2048 },
  { csr: 'rsa', settings: { Rsa: { KeyBits: 3072 } }, size: 3072 },
  { csr: 'rsa', settings: { Rsa: { KeyBits: 4096 } }, size: 4096 },
  { csr: 'ec', settings: { Ec: { CurveName: 'secp256r1' } }, size: 'prime256v1' },
  { csr: 'ec', settings: { Ec: { CurveName: 'secp384r1' } }, size: 'secp384r1' },
];

/** Bits or curve of the key in the files of a host. */
function sizeOfKey(bench: Workbench, host: string): number | string | undefined {
  const { asymmetricKeyDetails } = createPrivateKey(bench.readPem(host, 'key'));
  return asymmetricKeyDetails?.modulusLength ?? asymmetricKeyDetails?.namedCurve;
}

test('keys of every kind and size', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  for (const { csr, settings, size } of kinds) {
    await t.test(`--csr ${csr}, ${size}: ordered, and kept by a renewal with another key of the kind`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      bench.writeSettings({ Csr: settings });
      assertExit(await bench.create('a.test', ['--csr', csr]), 0);
      await checkPemFiles(bench, pebble, 'a.test');
      const first = bench.readPem('a.test', 'key');
      assert.equal(sizeOfKey(bench, 'a.test'), size);
      assertExit(await bench.run(['--renew', '--force']), 0);
      await checkPemFiles(bench, pebble, 'a.test');
      assert.equal(sizeOfKey(bench, 'a.test'), size);
      assert.notEqual(bench.readPem('a.test', 'key'), first);
    });
  }

  await t.test('--reuse-privatekey keeps the key, until another kind is wished', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const reuse = ['--id', 'site', '--reuse-privatekey'];
    assertExit(await bench.create('a.test', reuse), 0);
    const first = bench.readPem('a.test', 'key');
    assertExit(await bench.run(['--renew', '--force']), 0);
    assert.equal(bench.readPem('a.test', 'key'), first);
    assertExit(await bench.create('a.test,b.test', reuse), 0);
    assert.equal(bench.readPem('a.test', 'key'), first, 'other names are no reason for another key');
    bench.writeSettings({ Csr: { Ec: { CurveName: 'secp256r1' } } });
    const run = await bench.run(['--renew']);
    assertExit(run, 0);
    assert.match(run.output, /names, key or profile have changed/);
    assert.match(run.output, /the private key is not kept: another kind or size is wished now/);
    assert.equal(sizeOfKey(bench, 'a.test'), 'prime256v1');
    await checkPemFiles(bench, pebble, 'a.test');
  });

  await t.test('another kind of key makes the renewal due', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    bench.writeSettings({ Csr: { Rsa: { KeyBits: 2048 } } });
    assertExit(await bench.create('a.test', ['--id', 'site', '--csr', 'rsa']), 0);
    assert.equal(sizeOfKey(bench, 'a.test'), 2048);
    bench.writeSettings({ Csr: { Rsa: { KeyBits: 3072 } } });
    assertExit(await bench.run(['--renew']), 0);
    assert.equal(sizeOfKey(bench, 'a.test'), 3072);
    assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
  });

  await t.test('--ocsp-must-staple: the certificate has the TLS feature extension', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const feature = async () => {
      const { stdout } = await withFile(bench.readPem('a.test', 'crt'), (path) =>
        openssl(['x509', '-in', path, '-noout', '-text']),
      );
      return /TLS Feature:\s+status_request/.test(stdout);
    };
    assertExit(await bench.create('a.test', ['--id', 'site', '--ocsp-must-staple']), 0);
    assert.equal(await feature(), true);
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    assert.equal(await feature(), false);
  });
});

test('chains: three intermediates, and the root that is preferred', async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, chainLength: 3, alternateRoots: 2 });
  if (pebble === undefined) return;
  const roots = splitPem(await pebble.rootCertificates());
  const nameOf = (root: string): string => /CN=(.*)/.exec(new X509Certificate(root).subject)?.[1] ?? '';
  assert.equal(roots.length, 3);

  for (const [index, root] of roots.entries()) {
    await t.test(
      `preferred issuer ${index + 1}: every intermediate is in PEM files and PFX, up to that root`,
      async (t) => {
        const bench = await createWorkbench(t, pebble);
        const stores = ['--store', 'pemfiles,pfxfile', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx];
        const run = await bench.create('a.test', [...stores, '--preferredissuer', nameOf(root).toUpperCase()]);
        assertExit(run, 0);
        const leaf = bench.readPem('a.test', 'crt');
        const intermediates = bench.readPem('a.test', 'chain-only');
        assert.equal(splitPem(intermediates).length, 3);
        assert.equal(bench.readPem('a.test', 'chain'), leaf + intermediates);
        await withFile(root, (rootFile) =>
          withFile(intermediates, (chainFile) =>
            withFile(leaf, (leafFile) =>
              openssl(['verify', '-purpose', 'sslserver', '-CAfile', rootFile, '-untrusted', chainFile, leafFile]),
            ),
          ),
        );
        const { certificates, key } = await openPfx(join(bench.pfx, 'a.test.pfx'), '');
        const [first, ...chain] = certificates;
        assert.ok(first?.checkPrivateKey(key));
        assert.deepEqual(
          [first, ...chain].map((one) => one?.fingerprint256),
          [leaf, ...splitPem(intermediates)].map((pem) => new X509Certificate(pem).fingerprint256),
        );
        assert.ok(chain.at(-1)?.checkIssued(new X509Certificate(root)));
        assert.doesNotMatch(run.output, /offers no chain/);
      },
    );
  }

  await t.test('an issuer that nobody has: the default chain, and what there is', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const run = await bench.create('a.test', ['--preferredissuer', 'No Such Root']);
    assertExit(run, 0);
    const names = roots.map((root) => `"${nameOf(root)}"`).join(', ');
    assert.ok(
      run.stderr.includes(`no chain up to "No Such Root", only up to ${names}; its default chain is used`),
      run.stderr,
    );
    const [root = ''] = roots;
    const top = new X509Certificate(splitPem(bench.readPem('a.test', 'chain-only')).at(-1) ?? '');
    assert.ok(top.checkIssued(new X509Certificate(root)));
    assert.equal(
      thumbprint(new X509Certificate(bench.readPem('a.test', 'crt'))),
      run.report?.renewals[0]?.certificate?.thumbprint,
    );
  });
});
