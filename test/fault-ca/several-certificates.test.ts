import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rateLimited, rejectedIdentifiers } from '../support/fake-acme/faults.ts';
import type { JsonObject } from '../support/fake-acme/json.ts';
import type { ResourceKind } from '../support/fake-acme/resources.ts';
import { createTrigger, type FaultBench, type FaultRun, killing, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;
const perHost = ['--order', 'host'];

/** The new order of one host. */
const orderOf = (host: string) => (payload: JsonObject) => JSON.stringify(payload).includes(`"${host}"`);

/** `part result`, and the code of a failure. */
function told(run: FaultRun): string[] {
  const { renewals = [] } = run.report ?? {};
  return renewals.map(({ part, result, error }) => [part, result, error?.code].filter(Boolean).join(' '));
}

function filesIn(bench: FaultBench, folder: 'certificates' | 'orders'): string[] {
  const path = join(bench.authority, folder);
  return existsSync(path) ? readdirSync(path).sort() : [];
}

/** Every host has a certificate for itself alone in its files, and nothing is left open or failed. */
function assertAllIssued(bench: FaultBench, hosts: readonly string[]): void {
  const { parts = [] } = bench.readRenewal();
  assert.deepEqual(
    parts.map(({ name, state }) => [name, state.certificate?.deployed, state.failures]),
    hosts.map((host) => [host, true, undefined]),
  );
  const files = bench.storedFiles();
  for (const { name, state } of parts) {
    const leaf = new X509Certificate(files[`${name}-crt.pem`] ?? '');
    assert.equal(leaf.subjectAltName, `DNS:${name}`);
    assert.equal(leaf.fingerprint.replaceAll(':', ''), state.certificate?.thumbprint);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(files[`${name}-key.pem`] ?? '')));
  }
  assert.deepEqual(filesIn(bench, 'orders'), []);
  assert.deepEqual(filesIn(bench, 'certificates'), hosts.map((host) => `site@${host}.certificate.json`).sort());
}

test('one certificate for each host: files, report, list, and nothing to do the next time', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.create('a.test,b.test,c.test', perHost);
  assertSuccess(run);
  assert.deepEqual(told(run), ['a.test renewed', 'b.test renewed', 'c.test renewed']);
  assert.equal(run.count('newOrder'), 3);
  assertAllIssued(bench, ['a.test', 'b.test', 'c.test']);
  const again = await bench.create('a.test,b.test,c.test', perHost);
  assertSuccess(again);
  assert.deepEqual(told(again), ['a.test notDue', 'b.test notDue', 'c.test notDue']);
  assert.equal(again.count('newOrder'), 0);
  const list = await bench.run(['--list']);
  assert.match(
    list.stdout,
    /^ {2}order {7}host, 3 certificates\n {2}a\.test\n {4}hosts {7}a\.test\n {4}certificate [0-9A-F]{40}\n/m,
  );
  const { renewals } = JSON.parse((await bench.run(['--list', '--json'])).stdout);
  assert.deepEqual(
    renewals.map(({ id, part, order }: Record<string, string>) => [id, part, order]),
    ['a.test', 'b.test', 'c.test'].map((host) => ['site', host, 'host']),
  );
});

test('one host is refused: its own code, the others get theirs, and only that one is tried again', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('b.test'), when: orderOf('b.test') });
  const run = await bench.create('a.test,b.test,c.test', perHost);
  const error = assertFailure(run, 46, 'OrderRejected');
  assert.match(error.message, /^certificate b\.test: .*b\.test/);
  assert.deepEqual(told(run), ['a.test renewed', 'b.test failed 46', 'c.test renewed']);
  assert.deepEqual(filesIn(bench, 'orders'), []);
  const next = await bench.renew();
  assertSuccess(next);
  assert.deepEqual(told(next), ['a.test notDue', 'b.test renewed', 'c.test notDue']);
  assert.equal(next.count('newOrder'), 1);
  assertAllIssued(bench, ['a.test', 'b.test', 'c.test']);
});

test('different causes: 60, each with its own code in report and on the screen', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test,b.test,c.test', perHost);
  bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('b.test'), when: orderOf('b.test') });
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(3 * 3600), when: orderOf('c.test'), times: Infinity });
  const run = await bench.renew(['--force']);
  const error = assertFailure(run, 60, 'MultipleFailures');
  assert.match(error.message, /^2 of 3 certificates failed$/);
  assert.deepEqual(told(run), ['a.test renewed', 'b.test failed 46', 'c.test failed 43']);
  assert.match(run.stderr, /certificate b\.test: .* \[46 OrderRejected\]/);
  assert.match(run.stderr, /certificate c\.test: .* \[43 AcmeRateLimited\]/);
  const check = await bench.run(['--check', '--format', 'json', '--notaskscheduler']);
  const { renewals, findings } = JSON.parse(check.stdout);
  assert.deepEqual(
    renewals.map(({ part, failures }: { part: string; failures?: { code: string } }) => [part, failures?.code]),
    [
      ['a.test', undefined],
      ['b.test', 'OrderRejected'],
      ['c.test', 'AcmeRateLimited'],
    ],
  );
  assert.ok(findings.some(({ part, kind }: Record<string, string>) => part === 'b.test' && kind === 'failing'));
});

test('all fail with the same cause: that code, and a new renewal leaves nothing behind', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('a.test'), times: Infinity });
  const run = await bench.create('a.test,b.test', perHost);
  assert.match(assertFailure(run, 46, 'OrderRejected').message, /^2 of 2 certificates failed$/);
  assert.equal(existsSync(join(bench.authority, 'site.renewal.json')), false);
  assert.deepEqual(filesIn(bench, 'orders'), []);
});

test('hosts that go and come: their files go, the others are left alone', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test,b.test', perHost);
  const run = await bench.create('b.test,c.test', perHost);
  assertSuccess(run);
  assert.deepEqual(told(run), ['b.test notDue', 'c.test renewed']);
  assert.match(run.output, /no certificate for a\.test any more; it stays in the stores/);
  assertAllIssued(bench, ['b.test', 'c.test']);
  assert.ok('a.test-crt.pem' in bench.storedFiles());
});

test('one certificate for all, then one for each, then one for all again', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test,b.test');
  assert.deepEqual(told(await bench.issue('a.test,b.test', perHost)), ['a.test renewed', 'b.test renewed']);
  assertAllIssued(bench, ['a.test', 'b.test']);
  assert.deepEqual(told(await bench.issue('a.test,b.test')), ['renewed']);
  assert.deepEqual(filesIn(bench, 'certificates'), ['site.certificate.json']);
  assert.equal(bench.readRenewal().parts, undefined);
});

test('by domain: hosts of one domain share a certificate', async (t) => {
  const bench = await startFaultBench(t);
  const hosts = 'www.one.co.uk,one.co.uk,two.de,www.two.de';
  const run = await bench.create(hosts, ['--order', 'domain', '--commonname', 'www.two.de']);
  assertSuccess(run);
  assert.deepEqual(told(run), ['two.de renewed', 'one.co.uk renewed']);
  const names = (file: string) => new X509Certificate(bench.storedFiles()[file] ?? '').subjectAltName;
  assert.equal(names('www.one.co.uk-crt.pem'), 'DNS:www.one.co.uk, DNS:one.co.uk');
  assert.equal(names('www.two.de-crt.pem'), 'DNS:www.two.de, DNS:two.de');
});

test('revoking and cancelling are about all certificates of a renewal', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test,b.test', perHost);
  const revoked = await bench.run(['--revoke', '--id', 'site']);
  assertSuccess(revoked);
  assert.deepEqual(told(revoked), ['a.test revoked', 'b.test revoked']);
  assert.deepEqual(
    [...bench.fake.state.certificates.values()].map(({ revocationReason }) => revocationReason),
    [0, 0],
  );
  const renewed = await bench.renew();
  assertSuccess(renewed);
  assert.deepEqual(told(renewed), ['a.test renewed', 'b.test renewed']);
  assertSuccess(await bench.run(['--cancel', '--id', 'site']));
  assert.deepEqual([filesIn(bench, 'certificates'), filesIn(bench, 'orders')], [[], []]);
});

test('a fixed file name cannot hold several certificates: 2, and nothing is ordered', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.create('a.test,b.test', [...perHost, '--pemfilesname', 'site']);
  assert.match(assertFailure(run, 2, 'UsageError').message, /--pemfilesname and --order host cannot be combined/);
  assert.equal(run.count('newOrder'), 0);
  assertSuccess(await bench.create('a.test,b.test', ['--pemfilesname', 'site']));
});

test('150 hosts are too many for one certificate, and not for one for each', async (t) => {
  const bench = await startFaultBench(t);
  const hosts = Array.from({ length: 150 }, (_, number) => `h${number}.test`).join();
  assert.match(assertFailure(await bench.create(hosts), 50, 'SourceError').hint ?? '', /--order host/);
  const run = await bench.create(hosts, perHost);
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 150);
  assert.equal(bench.readRenewal().parts?.length, 150);
});

for (const kind of ['newOrder', 'challenge', 'finalize', 'certificate'] as const satisfies ResourceKind[]) {
  test(`killed at the second ${kind} of three: the next run finishes all`, { skip }, async (t) => {
    const bench = await startFaultBench(t);
    bench.setSettings({ Execution: { MaxConcurrency: 1 } });
    const trigger = createTrigger('SIGKILL');
    bench.fake.inject({ on: kind, fault: killing(trigger), after: 1 });
    const killed = await bench.create('a.test,b.test,c.test', [...perHost, '--verbose'], trigger.options);
    assert.equal(killed.signal, 'SIGKILL', killed.output);
    const next = await bench.renew();
    assertSuccess(next);
    assert.deepEqual(told(next), ['a.test notDue', 'b.test renewed', 'c.test renewed']);
    assert.equal(bench.fake.countOf('newOrder'), kind === 'newOrder' ? 4 : 3);
    if (kind === 'finalize' || kind === 'certificate') assert.equal(bench.fake.state.certificates.size, 3);
    assertAllIssued(bench, ['a.test', 'b.test', 'c.test']);
  });
}
