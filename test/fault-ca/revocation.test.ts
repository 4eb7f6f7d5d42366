import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { mutate, rateLimited, refusal } from '../support/fake-acme/faults.ts';
import { reset, responseLost } from '../support/fake-acme/wire-faults.ts';
import { createTrigger, type FaultBench, type FaultRun, killing, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;

function revoke(bench: FaultBench, ...more: string[]): Promise<FaultRun> {
  return bench.run(['--revoke', '--id', 'site', ...more]);
}

/** Reasons of the certificates in the order of their issuance. */
function reasons(bench: FaultBench): (number | undefined)[] {
  return [...bench.fake.state.certificates.values()].map(({ revocationReason }) => revocationReason);
}

function signers(run: FaultRun): (string | undefined)[] {
  return run.requests.filter(({ kind }) => kind === 'revokeCert').map(({ signedBy }) => signedBy);
}

async function startIssued(t: TestContext, args: readonly string[] = []): Promise<FaultBench> {
  const bench = await startFaultBench(t);
  bench.fake.state.settings.signedByKeyIsCompromised = true;
  await bench.issue('a.test', args);
  return bench;
}

/** The next run replaces the certificate, with another key or the same one. */
async function assertReplaced(bench: FaultBench, key: 'other key' | 'same key'): Promise<void> {
  const before = bench.storedFiles();
  const thumbprint = bench.readRenewal().state.certificate?.thumbprint;
  assertSuccess(await bench.renew(['--accepttos']));
  assertIssued(bench);
  assert.notEqual(bench.readRenewal().state.certificate?.thumbprint, thumbprint);
  const after = bench.storedFiles();
  assert.equal(after['a.test-key.pem'] === before['a.test-key.pem'], key === 'same key');
  assert.equal(reasons(bench).at(-1), undefined, 'the revoked certificate came back');
}

for (const [name, number] of [
  ['unspecified', 0],
  ['affiliationchanged', 3],
  ['superseded', 4],
  ['CessationOfOperation', 5],
] as const) {
  test(`the account revokes with the reason ${name}; a key that is kept stays`, async (t) => {
    const bench = await startIssued(t, ['--reuse-privatekey']);
    const run = await revoke(bench, '--reason', name);
    assertSuccess(run);
    assert.deepEqual([reasons(bench), signers(run)], [[number], ['kid']]);
    assert.deepEqual(run.report?.renewals[0]?.result, 'revoked');
    await assertReplaced(bench, 'same key');
  });
}

test('a compromised key: its own signature proves it, and the next certificate gets another key, once', async (t) => {
  const bench = await startIssued(t, ['--reuse-privatekey']);
  const run = await revoke(bench, '--reason', 'keycompromise');
  assertSuccess(run);
  assert.deepEqual([reasons(bench), signers(run), run.count('newAccount')], [[1], ['jwk'], 0]);
  assert.match(run.output, /the next --renew replaces it, and its private key is not used again/);
  await assertReplaced(bench, 'other key');
  const kept = bench.storedFiles()['a.test-key.pem'];
  assertSuccess(await bench.renew(['--force']));
  assert.equal(bench.storedFiles()['a.test-key.pem'], kept);
});

for (const [kind, args] of [
  ['an RSA key', ['--csr', 'rsa']],
  ['a P-384 key', []],
] as const) {
  test(`${kind} signs the revocation of its own certificate`, async (t) => {
    const bench = await startFaultBench(t);
    const create = args.length === 0 ? bench.create('a.test') : createRsa(bench);
    assertSuccess(await create);
    bench.fake.state.accounts.clear();
    const run = await revoke(bench, '--reason', 'superseded');
    assertSuccess(run);
    assert.deepEqual([reasons(bench), signers(run)], [[4], ['kid', 'jwk']]);
  });
}

function createRsa(bench: FaultBench): Promise<FaultRun> {
  const main = ['--source', 'manual', '--host', 'a.test', '--id', 'site', '--notaskscheduler', '--accepttos'];
  const validation = ['--validation', 'selfhosting', '--validationport', String(bench.fake.httpPort)];
  const store = ['--store', 'pemfiles', '--pemfilespath', join(bench.authority, 'pem')];
  return bench.run([...main, ...validation, '--csr', 'rsa', ...store]);
}

const refusals: readonly (readonly [string, (bench: FaultBench) => void, readonly string[]])[] = [
  ['is forgotten by the CA', ({ fake }) => fake.state.accounts.clear(), ['kid', 'jwk']],
  [
    'was deactivated elsewhere',
    ({ fake }) => {
      for (const account of fake.state.accounts.values()) account.status = 'deactivated';
    },
    ['kid', 'jwk'],
  ],
  ['may not', ({ fake }) => fake.inject({ on: 'revokeCert', fault: refusal('unauthorized', 403) }), ['kid', 'jwk']],
  ['was lost', ({ authority }) => rmSync(join(authority, 'account.json')), ['jwk']],
];

for (const [what, prepare, expected] of refusals) {
  test(`the account ${what}: the key of the certificate revokes, and is not used again`, async (t) => {
    const bench = await startIssued(t, ['--reuse-privatekey']);
    prepare(bench);
    const run = await revoke(bench, '--reason', 'superseded');
    assertSuccess(run);
    assert.deepEqual(signers(run), expected);
    assert.equal(run.count('newAccount'), 0, 'an account was made to revoke');
    assert.match(run.output, /warning: .*; the certificate's own key signs instead/);
    assert.deepEqual(reasons(bench), [1], 'what the key signs counts as compromise here');
    if (what === 'was deactivated elsewhere')
      for (const one of bench.fake.state.accounts.values()) one.status = 'valid';
    await assertReplaced(bench, 'other key');
  });
}

test('an account that was deactivated here needs no account to revoke', async (t) => {
  const bench = await startIssued(t);
  assertSuccess(await bench.run(['--deactivateaccount', '--force']));
  const run = await revoke(bench);
  assertSuccess(run);
  assert.deepEqual(signers(run), ['jwk']);
});

test('a CA that takes no signature by a certificate key: the account revokes a compromised one', async (t) => {
  const bench = await startIssued(t, ['--reuse-privatekey']);
  bench.fake.inject({ on: 'revokeCert', fault: refusal('malformed', 400) });
  const run = await revoke(bench, '--reason', 'keycompromise');
  assertSuccess(run);
  assert.deepEqual([reasons(bench), signers(run)], [[1], ['jwk', 'kid']]);
  await assertReplaced(bench, 'other key');
});

test('revoked before: a success with a note, and the renewal is due', async (t) => {
  const bench = await startIssued(t);
  for (const certificate of bench.fake.state.certificates.values()) certificate.revocationReason = 4;
  const run = await revoke(bench);
  assertSuccess(run);
  assert.match(run.output, /was revoked before; the next --renew replaces it/);
  await assertReplaced(bench, 'other key');
});

test('the answer is lost: asked again, done', async (t) => {
  const bench = await startIssued(t);
  bench.fake.inject({ on: 'revokeCert', fault: responseLost() });
  assertSuccess(await revoke(bench));
  await assertReplaced(bench, 'other key');
});

test('killed when the CA had done it: revoking again ends it', { skip }, async (t) => {
  const bench = await startIssued(t);
  const trigger = createTrigger('SIGKILL');
  bench.fake.inject({ on: 'revokeCert', fault: killing(trigger) });
  const killed = await bench.run(['--revoke', '--id', 'site', '--verbose'], trigger.options);
  assert.equal(killed.signal, 'SIGKILL', killed.output);
  assertSuccess(await revoke(bench));
  await assertReplaced(bench, 'other key');
});

test('an order left open with the revoked certificate does not bring it back', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  const trigger = createTrigger('SIGKILL');
  const fault: Fault = {
    name: 'killed with the certificate',
    async apply(exchange) {
      exchange.send(await exchange.process());
      trigger.fire();
    },
  };
  await bench.issue('a.test', ['--reuse-privatekey']);
  bench.fake.inject({ on: 'certificate', fault });
  const killed = await bench.renew(['--force', '--verbose'], trigger.options);
  assert.equal(killed.signal, 'SIGKILL', killed.output);
  assert.ok(bench.hasOpenOrder());
  for (const certificate of bench.fake.state.certificates.values()) certificate.revocationReason ??= 1;
  assertSuccess(await revoke(bench, '--reason', 'keycompromise'));
  assert.equal(bench.hasOpenOrder(), false);
  await assertReplaced(bench, 'other key');
});

test('all that are selected are tried; each has its own outcome and code', async (t) => {
  const bench = await startIssued(t);
  await bench.issue('b.test', ['--id', 'b', '--account', 'work']);
  await bench.issue('c.test', ['--id', 'c']);
  bench.fake.inject({ on: 'revokeCert', fault: refusal('malformed', 400) });
  const run = await bench.run(['--revoke', '--id', '*']);
  assertFailure(run, 40, 'AcmeError');
  assert.deepEqual(
    run.report?.renewals.map(({ id, result }) => [id, result]),
    [
      ['b', 'failed'],
      ['c', 'revoked'],
      ['site', 'revoked'],
    ],
  );
  assert.equal(run.count('directory'), 1);
  bench.fake.inject({ on: 'revokeCert', fault: rateLimited(3 * 3_600) });
  bench.fake.inject({ on: 'revokeCert', fault: refusal('malformed', 400) });
  const mixed = await bench.run(['--revoke', '--id', '*']);
  assertFailure(mixed, 60, 'MultipleFailures');
  assert.match(mixed.output, /renewal "\[Manual\] b\.test": revoking the certificate: /);
  assert.equal(mixed.report?.renewals.at(-1)?.result, 'revoked');
});

test('refused for good: the code says why, and the renewal is as it was', async (t) => {
  const bench = await startIssued(t);
  const before = bench.readRenewal();
  bench.fake.inject({ on: 'revokeCert', fault: reset(), times: 3 });
  assertFailure(await revoke(bench), 41, 'AcmeUnreachable');
  bench.fake.inject({ on: 'revokeCert', fault: refusal('unauthorized', 403), times: 2 });
  assertFailure(await revoke(bench), 42, 'AcmeAccountError');
  const reason = assertFailure(await revoke(bench, '--reason', 'privilegewithdrawn'), 40, 'AcmeError');
  assert.match(reason.message, /badRevocationReason/);
  assert.match(reason.hint ?? '', /another --reason/);
  bench.fake.inject({ on: 'directory', fault: mutate(({ revokeCert: _, ...rest }) => rest), times: Infinity });
  const missing = assertFailure(await revoke(bench), 40, 'AcmeError');
  assert.match(missing.message, /directory has no "revokeCert": it does not offer that/);
  assert.deepEqual(bench.readRenewal(), before);
  assert.deepEqual(reasons(bench), [undefined]);
});

test('a renewal without a certificate: 24', async (t) => {
  const bench = await startIssued(t);
  rmSync(join(bench.authority, 'certificates', 'site.certificate.json'));
  const error = assertFailure(await revoke(bench), 24, 'NotFound');
  assert.match(error.message, /has no certificate to revoke/);
});

for (const [what, withKey, expected] of [
  ['with its key at hand', true, ['jwk']],
  ['with its key elsewhere', false, ['kid']],
] as const) {
  test(`a request made elsewhere, ${what}: the compromised key is waited out`, async (t) => {
    const bench = await startFaultBench(t);
    const [request, key] = [join(bench.authority, '..', 'a.csr'), join(bench.authority, '..', 'a.key')];
    await writeRequest(request, key);
    const main = ['--source', 'csr', '--csrfile', request, '--id', 'site', '--notaskscheduler', '--accepttos'];
    const validation = ['--validation', 'selfhosting', '--validationport', String(bench.fake.httpPort)];
    const store = ['--store', 'pemfiles', '--pemfilespath', join(bench.authority, 'pem')];
    assertSuccess(await bench.run([...main, ...validation, ...store, ...(withKey ? ['--pkfile', key] : [])]));

    const run = await revoke(bench, '--reason', 'keycompromise');
    assertSuccess(run);
    assert.deepEqual([reasons(bench), signers(run)], [[1], expected]);
    const waiting = await bench.renew();
    const error = assertFailure(waiting, 50, 'SourceError');
    assert.match(error.message, /request has the key of the certificate that was revoked/);
    assert.deepEqual(waiting.requests, []);
    await writeRequest(request, key);
    assertSuccess(await bench.renew());
    assertIssued(bench);
    assertSuccess(await bench.renew(['--force']));
  });
}

async function writeRequest(path: string, keyPath: string): Promise<void> {
  const tools = createCertificateTools();
  const privateKeyPem = await tools.createPrivateKey({ type: 'ec', curve: 'P-256' });
  const identifiers = [{ type: 'dns', value: 'a.test' }] as const;
  writeFileSync(path, tools.createRequest({ commonName: 'a.test', identifiers, privateKeyPem, mustStaple: false }));
  writeFileSync(keyPath, privateKeyPem);
}
