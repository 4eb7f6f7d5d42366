import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { refusal } from '../support/fake-acme/faults.ts';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

const posixOnly = { skip: process.platform === 'win32' };

/** Puts settings into a renewal's own file, as an administrator would. */
function setOwn({ authority }: FaultBench, settings: unknown, id = 'site'): string {
  const path = join(authority, `${id}.renewal.json`);
  const renewal = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...renewal, settings }, null, 2));
  return path;
}

function setForCa({ authority }: FaultBench, text: string): void {
  mkdirSync(authority, { recursive: true });
  writeFileSync(join(authority, 'settings.json'), text);
}

const curveOf = (bench: FaultBench, host: string): string | undefined =>
  new X509Certificate(bench.storedFiles()[`${host}-crt.pem`] ?? '').publicKey.asymmetricKeyDetails?.namedCurve;

test('a narrower place counts more: all CAs, one CA, one renewal', async (t) => {
  const bench = await startFaultBench(t);
  bench.setSettings({ Csr: { Ec: { CurveName: 'secp384r1' } } });
  await bench.issue('a.test');
  assert.equal(curveOf(bench, 'a.test'), 'secp384r1');
  setForCa(bench, '{ // for this CA\n "csr": { "ec": { "curvename": "secp256r1" } }, }');
  assert.equal((await bench.issue('b.test', ['--id', 'other'])).count('newOrder'), 1);
  assert.equal(curveOf(bench, 'b.test'), 'prime256v1');
  setOwn(bench, { Csr: { Ec: { CurveName: 'secp384r1' } } }, 'other');
  const run = await bench.renew();
  assertSuccess(run);
  assert.deepEqual([curveOf(bench, 'a.test'), curveOf(bench, 'b.test')], ['prime256v1', 'secp384r1']);
  assert.equal(run.count('newOrder'), 2, 'another kind of key makes another certificate');
  assert.equal((await bench.renew()).count('newOrder'), 0);
});

test("a renewal's own settings survive its renewal and creating it again", async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const own = { csr: { Ec: { CurveName: 'secp256r1' } }, Later: { Unknown: [1] } };
  const path = setOwn(bench, own);
  assertSuccess(await bench.renew());
  const again = await bench.issue();
  assert.equal(again.count('newOrder'), 0);
  assert.match(again.stderr, /"settings\.Later" is no setting of wacs/);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).settings, own);
  assert.equal(curveOf(bench, 'a.test'), 'prime256v1');
});

test('when it is due: in the decision, the list, the report and the record for monitors', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'renewalInfo', fault: refusal('serverInternal', 404, 'none here') });
  await bench.issue('a.test');
  await bench.issue('b.test', ['--id', 'other']);
  setOwn(bench, { ScheduledTask: { RenewalDays: 5 } });
  const run = await bench.renew();
  const issued = Date.parse(bench.readRenewal().state.certificate?.notBefore ?? '');
  const dueAt = new Date(issued + 5 * 86_400_000).toISOString();
  const reported = (id: string) => run.report?.renewals.find((renewal) => renewal.id === id);
  assert.deepEqual([reported('site')?.nextDue, reported('site')?.nextDueReason], [dueAt, 'renewalDays']);
  assert.notEqual(reported('other')?.nextDueReason, 'renewalDays');
  const listing = JSON.parse((await bench.run(['--list', '--json'])).stdout);
  assert.equal(listing.renewals.find(({ id }: { id: string }) => id === 'site').nextDue, dueAt);
  assert.match((await bench.run(['--list'])).stdout, new RegExp(`due +${dueAt}`));
  bench.editRenewal(({ certificate }) => {
    if (certificate !== undefined) certificate.notBefore = new Date(issued - 6 * 86_400_000).toISOString();
  });
  const due = await bench.renew();
  assert.deepEqual(due.report?.renewals.map(({ id, result }) => [id, result]).toSorted(), [
    ['other', 'notDue'],
    ['site', 'renewed'],
  ]);
});

test('the chain and the profile of one renewal', async (t) => {
  const bench = await startFaultBench(t, { intermediates: 3, alternateRoots: 2 });
  await bench.issue();
  const chainOf = (): string | undefined => bench.storedFiles()['a.test-chain-only.pem'];
  const usual = chainOf()?.match(/BEGIN/g)?.length;
  setOwn(bench, { Acme: { CertificateProfile: 'shortlived', PreferredIssuer: 'Fake ACME Root 3' } });
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.payloads('newOrder')[0]?.profile, 'shortlived');
  assert.deepEqual([run.count('certificate'), chainOf()?.match(/BEGIN/g)?.length], [3, usual]);
});

test('the limit of scripts of one renewal', posixOnly, async (t) => {
  const bench = await startFaultBench(t);
  const script = join(dirname(bench.authority), 'slow.sh');
  writeFileSync(script, '#!/bin/sh\nsleep 30\n');
  chmodSync(script, 0o755);
  await bench.issue();
  const path = setOwn(bench, { Script: { Timeout: 1 } });
  const renewal = JSON.parse(readFileSync(path, 'utf8'));
  renewal.plan.installation = [{ plugin: 'script', script }];
  renewal.state.certificate.deployed = false;
  writeFileSync(path, JSON.stringify(renewal));
  const error = assertFailure(await bench.renew(), 53, 'ScriptFailed');
  assert.match(error.message, /did not end within 1 s/);
});

test('what holds for a whole run has no effect in a renewal, and a warning says so', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const path = setOwn(bench, { Execution: { MaxConcurrency: 'many' }, Acme: { DefaultBaseUri: 'x' }, Foo: 1 });
  const run = await bench.renew();
  assertSuccess(run);
  for (const [key, text] of [
    ['Execution.MaxConcurrency', 'holds for a whole run: set it in a settings.json'],
    ['Acme.DefaultBaseUri', 'holds for all CAs: set it in the settings.json of the state folder'],
    ['Foo', 'is no setting of wacs'],
  ]) {
    assert.ok(run.stderr.includes(`warning: ${path}, "settings.${key}" ${text}`), run.output);
  }
});

test("a wrong value in a renewal's file: 20 with file and key, and the other renewals are renewed", async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue('a.test');
  await bench.issue('b.test', ['--id', 'other']);
  const path = setOwn(bench, { Script: { Timeout: 0 }, csr: { ec: { CurveName: 'P-256' } } });
  const before = readFileSync(path);
  const run = await bench.renew(['--force']);
  const error = assertFailure(run, 20, 'ConfigurationError');
  assert.equal(
    error.message,
    `cannot use ${path}: "settings.csr.ec.CurveName" must be one of "secp256r1", "secp384r1"; "settings.Script.Timeout" must be at least 1`,
  );
  assert.deepEqual(
    run.report?.renewals.map(({ id, result }) => [id, result]),
    [['other', 'renewed']],
  );
  assert.ok(readFileSync(path).equals(before));
  setOwn(bench, { Script: { Timeout: 5 } });
  assertSuccess(await bench.renew(['--force']));
  assertIssued(bench);
});

test("a wrong value in a CA's settings: 20 with file, line and key, and nothing is done", async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  setForCa(bench, '{\n  /* quick */\n  "Acme": { "PollTimeout": "5" }\n}');
  const run = await bench.renew(['--force']);
  assert.equal(run.exitCode, 20, run.output);
  assert.match(run.stderr, /settings\.json: line 3, "Acme\.PollTimeout" must be a number, not text \[20/);
  assert.equal(run.requests.length, 0);
});
