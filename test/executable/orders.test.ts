import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { dnsNames, thumbprint } from '../pebble/certificate-checks.ts';
import { allFiles } from '../pebble/state-checks.ts';
import { assertExit, benchOrSkip } from './windows-bench.ts';

test('several certificates, and a request made elsewhere, by the executable', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { certificates, machine, authority } = bench;
  const inFiles = ['--store', 'pemfiles', '--pemfilespath', certificates];
  const leafOf = (host: string) =>
    new X509Certificate(readFileSync(machine.hostPath(win32.join(certificates, `${host}-crt.pem`))));
  const kept = () => allFiles(join(authority, 'certificates')).map((path) => path.replace(/^.*[\\/]/, ''));

  await t.test('--order host: one for each, and each on its own', async () => {
    const run = await bench.create('a.test,b.test', ['--id', 'site', '--order', 'host', '--csr', 'ec', ...inFiles]);
    assertExit(run, 0);
    assert.deepEqual(
      run.report?.renewals.map(({ part, result, certificate }) => [part, result, certificate?.thumbprint]),
      ['a.test', 'b.test'].map((host) => [host, 'renewed', thumbprint(leafOf(host))]),
    );
    for (const host of ['a.test', 'b.test']) assert.deepEqual(dnsNames(leafOf(host)), [host]);
    assert.deepEqual(kept(), ['site@a.test.certificate.json', 'site@b.test.certificate.json']);
    assertExit(await bench.run(['--renew', '--force', '--notaskscheduler']), 0);
    assertExit(await bench.create('b.test', ['--id', 'site', '--order', 'host', '--csr', 'ec', ...inFiles]), 0);
    assert.deepEqual(kept(), ['site@b.test.certificate.json']);
    assertExit(await bench.run(['--cancel', '--id', 'site']), 0);
    assert.deepEqual(kept(), []);
  });

  await t.test('--source csr: the certificate is for the key of the request', async () => {
    const tools = createCertificateTools();
    const keyPem = await tools.createPrivateKey({ type: 'ec', curve: 'P-256' });
    const identifiers = [{ type: 'dns', value: 'c.test' } as const];
    const [csr, key] = ['request.csr', 'request.key'].map((name) => win32.join(machine.root, name)) as [string, string];
    const der = tools.createRequest({ commonName: 'c.test', identifiers, privateKeyPem: keyPem });
    writeFileSync(machine.hostPath(csr), der);
    writeFileSync(machine.hostPath(key), keyPem);
    const validation = ['--validation', 'selfhosting', '--validationport', String(bench.pebble.httpPort)];
    const args = ['--source', 'csr', '--csrfile', csr, '--id', 'request', '--accepttos', '--notaskscheduler'];
    assertExit(await bench.run([...args, ...validation, ...inFiles]), 0);
    assert.ok(leafOf('c.test').checkPrivateKey(createPrivateKey(keyPem)));
    assertExit(await bench.run([...args, ...validation, ...inFiles, '--pkfile', key]), 0);
    const stored = readFileSync(machine.hostPath(win32.join(certificates, 'c.test-key.pem')), 'utf8');
    assert.ok(createPrivateKey(stored).equals(createPrivateKey(keyPem)));
    assert.match(
      readFileSync(join(authority, 'certificates', 'request.certificate.json'), 'utf8'),
      /"privateKey": "enc-/,
    );
  });
});
