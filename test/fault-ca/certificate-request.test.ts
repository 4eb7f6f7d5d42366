import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseIdentifier } from '../../src/core/identifier.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { wrongKey } from '../support/fake-acme/certificate-faults.ts';
import type { FakeAcmeOptions } from '../support/fake-acme/fake-acme.ts';
import { createTrigger, type FaultRun, killing, startFaultBench } from '../support/fault-ca.ts';
import type { RunWacsOptions } from '../support/run-wacs.ts';
import { assertFailure, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;
const tools = createCertificateTools();
const keyPem = await tools.createPrivateKey({ type: 'rsa', bits: 2048 });
const otherKey = await tools.createPrivateKey({ type: 'ec', curve: 'P-256' });

function requestFor(hosts: string, privateKeyPem = keyPem): Uint8Array {
  const [commonName = ''] = hosts.split(',');
  return tools.createRequest({ commonName, identifiers: hosts.split(',').map(parseIdentifier), privateKeyPem });
}

/** A machine with a request in a file, and a run that gets a certificate for it. */
async function startRequestBench(t: TestContext, options: FakeAcmeOptions = {}) {
  const bench = await startFaultBench(t, options);
  const folder = join(dirname(dirname(bench.authority)), 'requests');
  const [csr, key, pem, pfx] = ['site.csr', 'site.key', 'pem', 'pfx'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(pem, { recursive: true });
  writeFileSync(csr, requestFor('a.test,b.test'));
  writeFileSync(key, keyPem);
  const main = ['--source', 'csr', '--csrfile', csr, '--id', 'site', '--notaskscheduler', '--accepttos'];
  const rest = ['--validationport', String(bench.fake.httpPort), '--pemfilespath', pem];
  const request = (args: readonly string[] = [], runOptions?: RunWacsOptions): Promise<FaultRun> =>
    bench.run([...main, ...rest, ...args], runOptions);
  const read = (name: string): string => readFileSync(join(pem, name), 'utf8');
  const leaf = () => new X509Certificate(read('a.test-crt.pem'));
  return { bench, csr, key, pem, pfx, request, read, leaf };
}

test('the certificate is for the key of the request, whose own key is nowhere', async (t) => {
  const { bench, pem, request, read, leaf } = await startRequestBench(t);
  writeFileSync(join(pem, 'a.test-key.pem'), 'kept by hand');
  const run = await request();
  assertSuccess(run);
  assert.ok(leaf().checkPrivateKey(createPrivateKey(keyPem)));
  assert.equal(leaf().subjectAltName, 'DNS:a.test, DNS:b.test');
  assert.equal(read('a.test-key.pem'), 'kept by hand');
  assert.match(read('a.test-chain.pem'), /(BEGIN CERTIFICATE[\s\S]*){2}/);
  assert.deepEqual(
    run.payloads('finalize').map((payload) => payload.csr),
    [Buffer.from(requestFor('a.test,b.test')).toString('base64url')],
  );
  const cached = JSON.parse(readFileSync(join(bench.authority, 'certificates', 'site.certificate.json'), 'utf8'));
  assert.equal('privateKey' in cached, false);
  const stored = JSON.parse(readFileSync(join(bench.authority, 'site.renewal.json'), 'utf8'));
  assert.equal('csr' in stored.plan, false);
});

test('with its private key the stores get the key too', async (t) => {
  const { key, pfx, request, read } = await startRequestBench(t);
  const run = await request(['--pkfile', key, '--store', 'pemfiles,pfxfile', '--pfxfilepath', pfx]);
  assertSuccess(run);
  assert.ok(createPrivateKey(read('a.test-key.pem')).equals(createPrivateKey(keyPem)));
  assert.ok(readFileSync(join(pfx, 'a.test.pfx')).length > 1000);
});

test('a store that needs the key, without one: 2 with the way out, and nothing is ordered', async (t) => {
  const { pfx, request } = await startRequestBench(t);
  const run = await request(['--store', 'pemfiles,pfxfile', '--pfxfilepath', pfx]);
  const error = assertFailure(run, 2, 'UsageError');
  assert.match(error.message, /--store pfxfile needs the private key/);
  assert.match(error.hint ?? '', /--pkfile FILE/);
  assert.equal(run.count('newOrder'), 0);
});

test('only one certificate comes of a request: 2', async (t) => {
  const { request } = await startRequestBench(t);
  const error = assertFailure(await request(['--order', 'host']), 2, 'UsageError');
  assert.match(error.message, /--source csr and --order host cannot be combined/);
});

test('the same request is renewed as it is, another one in its place is due at once', async (t) => {
  const { bench, csr, request, leaf } = await startRequestBench(t);
  assertSuccess(await request());
  const idle = await bench.renew(['--detailedexitcode']);
  assert.equal(idle.exitCode, 15, idle.output);
  const before = leaf().fingerprint;
  assertSuccess(await bench.renew(['--force']));
  assert.notEqual(leaf().fingerprint, before);
  writeFileSync(csr, requestFor('a.test,c.test', otherKey));
  const changed = await bench.renew();
  assertSuccess(changed);
  assert.equal(changed.count('newOrder'), 1);
  assert.equal(leaf().subjectAltName, 'DNS:a.test, DNS:c.test');
  assert.ok(leaf().checkPrivateKey(createPrivateKey(otherKey)));
});

const spoiled: [string, (file: { csr: string; key: string }) => void, RegExp][] = [
  ['gone', ({ csr }) => rmSync(csr), /site\.csr does not exist/],
  ['changed after it was signed', ({ csr }) => tamper(csr), /site\.csr: its signature is wrong/],
  ['for another key than its private key', ({ key }) => writeFileSync(key, otherKey), /site\.key does not belong to/],
];

function tamper(path: string): void {
  const content = readFileSync(path);
  content.write('x', content.indexOf('a.test'));
  writeFileSync(path, content);
}

for (const [what, spoil, message] of spoiled) {
  test(`a request that is ${what}: 50 with its file, the certificate stays`, async (t) => {
    const { bench, csr, key, request, leaf } = await startRequestBench(t);
    assertSuccess(await request(['--pkfile', key]));
    const before = leaf().fingerprint;
    spoil({ csr, key });
    const run = await bench.renew(['--force']);
    assert.match(assertFailure(run, 50, 'SourceError').message, message);
    assert.equal(run.count('newOrder'), 0);
    assert.equal(leaf().fingerprint, before);
    assert.equal(bench.readRenewal().state.failures?.code, 'SourceError');
    writeFileSync(csr, requestFor('a.test,b.test'));
    writeFileSync(key, keyPem);
    assertSuccess(await bench.renew(['--force']));
  });
}

test('a certificate for another key than that of the request: 48', async (t) => {
  const { bench, request } = await startRequestBench(t);
  bench.fake.inject({ on: 'certificate', fault: wrongKey() });
  assert.match(assertFailure(await request(), 48, 'CertificateRejected').message, /its public key is not the one/);
});

for (const [kind, polls] of [
  ['authz', undefined],
  ['challenge', undefined],
  ['finalize', undefined],
  ['finalize', 2],
  ['certificate', undefined],
] as const) {
  const state = polls === undefined ? '' : ', while the order is processing';
  test(`killed when ${kind} was done and not answered${state}: the next run goes on with the order`, {
    skip,
  }, async (t) => {
    const { bench, request, leaf } = await startRequestBench(t, polls === undefined ? {} : { processing: { polls } });
    const trigger = createTrigger('SIGKILL');
    bench.fake.inject({ on: kind, fault: killing(trigger) });
    const killed = await request(['--verbose'], trigger.options);
    assert.equal(killed.signal, 'SIGKILL', killed.output);
    const next = await bench.renew();
    assertSuccess(next);
    assert.equal(bench.fake.countOf('newOrder'), 1, next.output);
    assert.equal(bench.fake.state.certificates.size, 1);
    assert.ok(leaf().checkPrivateKey(createPrivateKey(keyPem)));
    assert.equal(bench.hasOpenOrder(), false);
  });
}

test('a request whose private key is unknown is revoked by the account, for its key too', async (t) => {
  const { bench, csr, request, leaf } = await startRequestBench(t);
  assertSuccess(await request());
  assertSuccess(await bench.run(['--revoke', '--id', 'site', '--reason', 'keycompromise']));
  const run = await bench.renew();
  const error = assertFailure(run, 50, 'SourceError');
  assert.match(error.message, /has the key of the certificate that was revoked/);
  assert.equal(run.count('newOrder'), 0);
  writeFileSync(csr, requestFor('a.test,b.test', otherKey));
  assertSuccess(await bench.renew());
  const spki = { type: 'spki', format: 'der' } as const;
  assert.deepEqual(leaf().publicKey.export(spki), createPublicKey(otherKey).export(spki));
});
