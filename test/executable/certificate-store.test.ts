import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { thumbprint } from '../pebble/certificate-checks.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { splitPem } from '../support/split-pem.ts';
import {
  certificateProbe,
  installCertificateProbe,
  type SeenCertificate,
} from '../support/windows/certificate-probe/certificate-probe.ts';
import { putFile } from '../support/windows/windows-machine.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

const host = 'www.example.test';
const unrelated = await createTestCertificate({ keyType: 'RSA-2048' });
const schannel = 'Microsoft RSA SChannel Cryptographic Provider';
const renewAll = ['--renew', '--force', '--notaskscheduler'];

test('certificates in the stores of Windows, seen by a second program', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t, { prepare: installCertificateProbe });
  if (bench === undefined) return;
  const { machine, pebble } = bench;
  if (machine.prefix === undefined) return t.skip('changes the stores of the machine, in Wine only');
  const probe = certificateProbe(machine);
  const create = (...args: readonly string[]) => bench.create(host, ['--csr', 'rsa', '--id', 'site', ...args]);
  const inMy = () => probe.list('machine', 'My');
  const current = (): string => bench.readRenewal('site').state.certificate?.thumbprint ?? assert.fail('none');
  /** What is in the store beside the unrelated certificate. */
  const ours = async (): Promise<readonly SeenCertificate[]> => {
    const { [unrelated.info.thumbprint]: foreign, ...rest } = Object.fromEntries(await inMy());
    assert.deepEqual([foreign?.friendlyName, foreign?.key], ['unrelated', 'no key'], 'the unrelated certificate');
    return Object.values(rest);
  };
  await probe.addUnrelated('machine', 'My', new X509Certificate(unrelated.certificatePem).raw);
  // Makes the state folder, closed to users.
  assertExit(await bench.run(['--renew', '--notaskscheduler']), 0);
  bench.writeSettings({ Csr: { Rsa: { KeyBits: 2048 } } });

  await t.test('without --store, the certificate lands there with key, friendly name and chain', async () => {
    const run = await bench.run([
      ...['--source', 'manual', '--host', host, '--id', 'site', '--csr', 'rsa', '--accepttos', '--notaskscheduler'],
      ...['--validation', 'selfhosting', '--validationport', String(pebble.httpPort)],
    ]);
    assertExit(run, 0);
    assert.match(run.stdout, new RegExp(`stored by certificatestore: LocalMachine\\\\My\\\\${current()}`));
    const [seen, ...more] = await ours();
    assert.deepEqual(more, []);
    const { friendlyName, ...rest } = seen ?? assert.fail('it is not there');
    assert.match(friendlyName, /^\[Manual\] www\.example\.test @ \d{4}\/\d{1,2}\/\d{1,2} \d{1,2}:\d\d:\d\d$/);
    assert.deepEqual(rest, {
      ...{ thumbprint: current(), container: `wacs-${current()}`, provider: schannel, providerType: '12' },
      ...{ keySet: 'machine', key: 'verified', exportable: 'not exportable' },
    });
    assert.equal(bench.readRenewal('site').friendlyName, '[Manual] www.example.test');
  });

  await t.test('the intermediates are in CA: no root, no leaf, none twice', async () => {
    const seen = await probe.list('machine', 'CA');
    const roots = splitPem(await pebble.rootCertificates()).map((pem) => thumbprint(new X509Certificate(pem)));
    assert.equal(seen.size, 1);
    for (const known of [...roots, current()]) assert.ok(!seen.has(known));
  });

  await t.test('a forced renewal replaces it and its key, and leaves everything else alone', async () => {
    const before = current();
    const run = await bench.run(renewAll);
    assertExit(run, 0);
    assert.notEqual(current(), before);
    assert.match(run.stdout, new RegExp(`removed the replaced certificate ${before} from LocalMachine\\\\My`));
    assert.deepEqual(
      (await ours()).map((seen) => [seen.thumbprint, seen.key]),
      [[current(), 'verified']],
    );
    assert.equal(await probe.hasContainer('machine', `wacs-${before}`), false, 'its key is still there');
    assert.equal(await probe.hasContainer('machine', `wacs-${current()}`), true);
    assert.equal((await probe.list('machine', 'CA')).size, 1);
  });

  await t.test('as long as an installation step fails, the old one stays; then it goes', async () => {
    const before = current();
    const script = win32.join(machine.root, 'scripts', 'deploy.cmd');
    await putFile(machine, script, '@exit /b 7\n');
    const withScript = ['--store', 'certificatestore', '--installation', 'script', '--script', script];
    assertExit(await create(...withScript, '--force'), 53);
    const both = (await ours()).map((seen) => [seen.thumbprint, seen.key]);
    assert.deepEqual(
      both.sort(),
      [before, current()].sort().map((thumb) => [thumb, 'verified']),
    );
    const { friendlyName } = (await inMy()).get(current()) ?? assert.fail();
    await putFile(machine, script, '@exit /b 0\n');
    const orders = pebble.requestCount('newOrder');
    const run = await bench.run(['--renew', '--notaskscheduler']);
    assertExit(run, 0);
    assert.equal(run.report?.renewals[0]?.result, 'deployedOnly');
    assert.equal(pebble.requestCount('newOrder'), orders);
    assert.deepEqual(
      (await ours()).map((seen) => [seen.thumbprint, seen.friendlyName, seen.key]),
      [[current(), friendlyName, 'verified']],
    );
    assert.equal(await probe.hasContainer('machine', `wacs-${before}`), false);
  });

  await t.test('a certificate that lost its key gets it again', async () => {
    const before = current();
    await probe.deleteContainer('machine', `wacs-${before}`);
    assert.match((await inMy()).get(before)?.key ?? '', /^no container/);
    // Another installation is another deployment of the same certificate.
    assertExit(await create('--store', 'certificatestore', '--installation', 'none'), 0);
    assert.deepEqual([current(), (await inMy()).get(before)?.key], [before, 'verified']);
  });

  await t.test('--keepexisting keeps the old one and its key', async () => {
    const before = current();
    assertExit(await create('--store', 'certificatestore', '--keepexisting', '--force'), 0);
    const both = (await ours()).map((seen) => [seen.thumbprint, seen.key]);
    assert.deepEqual(
      both.sort(),
      [before, current()].sort().map((thumb) => [thumb, 'verified']),
    );
  });

  await t.test(
    'accounts of --acl-read and --acl-fullcontrol may use the key, beside SYSTEM and Administrators',
    async () => {
      const accounts = ['--acl-read', 'NETWORK SERVICE,S-1-5-32-545', '--acl-fullcontrol', 'LOCAL SERVICE'];
      assertExit(await create('--store', 'certificatestore', ...accounts, '--force'), 0);
      const entries = (await probe.access(`wacs-${current()}`)).match(/\(.*?\)/g);
      assert.deepEqual(entries, [...['(A;;FA;;;SY)', '(A;;FA;;;BA)', '(A;;FA;;;LS)', '(A;;FR;;;NS)', '(A;;FR;;;BU)']]);
      assert.equal((await inMy()).get(current())?.key, 'verified');
    },
  );

  await t.test('settings: exportable, without the date', async () => {
    bench.writeSettings({
      Csr: { Rsa: { KeyBits: 2048 } },
      Security: { FriendlyNameDateTimeStamp: false },
      Store: { CertificateStore: { PrivateKeyExportable: true, DefaultStore: 'My' } },
    });
    assertExit(await bench.run(renewAll), 0);
    const seen = (await inMy()).get(current());
    assert.deepEqual([seen?.friendlyName, seen?.exportable], ['[Manual] www.example.test', 'exportable']);
  });

  await t.test('a store or an account that does not exist is 51, before anything is ordered', async () => {
    const orders = pebble.requestCount('newOrder');
    const create2 = (...args: readonly string[]) =>
      bench.create('b.example.test', ['--store', 'certificatestore', '--id', 'second', ...args]);
    const store = await create2('--certificatestore', 'WebHostin');
    assertExit(store, 51);
    assert.match(store.stderr, /there is no certificate store LocalMachine\\WebHostin[\s\S]*one of: .*\bMy\b/);
    const account = await create2('--acl-read', 'IIS AppPool\\Gone');
    assertExit(account, 51);
    assert.match(account.stderr, /there is no account "IIS AppPool\\Gone"/);
    assert.equal(pebble.requestCount('newOrder'), orders);
    assert.throws(() => bench.readRenewal('second'), /ENOENT/);
  });

  await t.test('a store that may not be changed is 21, before anything is ordered', async () => {
    const orders = pebble.requestCount('newOrder');
    await probe.addUnrelated('machine', 'Locked', new X509Certificate(unrelated.certificatePem).raw);
    await probe.lock('Locked');
    const args = ['--store', 'certificatestore', '--certificatestore', 'Locked', '--id', 'second'];
    const run = await bench.create('b.example.test', args);
    assertExit(run, 21);
    assert.match(run.stderr, /LocalMachine\\Locked: CertOpenStore failed with 0x00000005 ERROR_ACCESS_DENIED/);
    assert.match(run.stderr, /what to do: run this from an elevated prompt/);
    assert.equal(pebble.requestCount('newOrder'), orders);
  });

  await t.test('an EC key goes to CNG; where the system has none, it is 51 and nothing is left', (t) =>
    checkEcKey(t, bench),
  );

  await t.test('--store userstore puts it into the store of the user', async () => {
    const args = ['--id', 'mine', '--csr', 'rsa', '--store', 'userstore'];
    assertExit(await bench.create('mine.example.test', args), 0);
    const own = bench.readRenewal('mine').state.certificate?.thumbprint ?? '';
    const seen = (await probe.list('user', 'My')).get(own);
    assert.deepEqual([seen?.keySet, seen?.key], ['user', 'verified']);
    assert.ok(!(await inMy()).has(own));
    assert.equal((await probe.list('user', 'CA')).size, 1);
    assertExit(await bench.run([...renewAll, '--id', 'mine']), 0);
    const next = bench.readRenewal('mine').state.certificate?.thumbprint ?? '';
    const after = await probe.list('user', 'My');
    assert.deepEqual([after.has(own), after.get(next)?.key], [false, 'verified']);
    assert.equal(await probe.hasContainer('user', `wacs-${own}`), false);
  });
});

/** Wine 10 imports no EC key and has no keys of CNG. */
async function checkEcKey(t: { diagnostic(line: string): void }, bench: WindowsBench): Promise<void> {
  const probe = certificateProbe(bench.machine);
  const before = await probe.list('machine', 'My');
  const run = await bench.create('ec.example.test', ['--id', 'ec', '--csr', 'ec', '--store', 'certificatestore']);
  const after = await probe.list('machine', 'My');
  if (run.exitCode === 0) {
    assert.equal(after.size, before.size + 1);
    return;
  }
  t.diagnostic('this Wine keeps no EC keys');
  assertExit(run, 51);
  assert.match(
    run.stderr,
    /cannot import the certificate with its key into CNG: PFXImportCertStore failed[\s\S]*--csr rsa/,
  );
  assert.deepEqual([...after.keys()], [...before.keys()]);
}
