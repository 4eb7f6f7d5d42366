import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeChain,
  emptyChain,
  expiredCertificate,
  futureCertificate,
  leafOnly,
  missingName,
  reversedChain,
  withoutNames,
  wrongKey,
} from '../support/fake-acme/certificate-faults.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { refusal } from '../support/fake-acme/faults.ts';
import { withoutMember } from '../support/fake-acme/object-faults.ts';
import { htmlPage, truncated } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';
import { changeWindow, hour, window } from './moments.ts';

const wrongs: readonly [string, Fault, RegExp][] = [
  ['for another key', wrongKey(), /its public key is not the one that was requested/],
  ['that lacks a name', missingName(), /it is for a\.test, but a\.test, b\.test was asked for/],
  ['that has run out', expiredCertificate(), /it has expired: it is valid from .* to /],
  ['from the future', futureCertificate(), /it is not valid yet: it is valid from /],
  ['without alternative names', withoutNames(), /it is for none, but a\.test, b\.test was asked for/],
  ['in an empty chain', emptyChain(), /not a PEM certificate chain/],
  ['at the end of its chain', reversedChain(), /the certificate the CA sent was not accepted/],
  ['without its chain', leafOnly(), /no issuer certificate/],
  ['with a stranger in its chain', changeChain((pems) => [...pems, ...pems.slice(0, 1)]), /chain is broken/],
  ['cut in the middle', truncated(), /./],
  ['that is no DER', changeChain((pems) => pems.map((pem) => pem.replace(/\nMII/, '\nAAA'))), /./],
  ['that is a login page', htmlPage(), /not a PEM certificate chain/],
];

test('a certificate that is not what was asked for: 48, the old one stays, the next run orders anew', async (t) => {
  for (const [what, fault, reason] of wrongs) {
    await t.test(`a certificate ${what}`, async (t) => {
      const bench = await startFaultBench(t);
      await bench.issue('a.test,b.test');
      const before = { files: bench.storedFiles(), certificate: bench.readRenewal().state.certificate };
      assert.equal(Object.keys(before.files).length, 4);
      changeWindow(bench, window(-2 * hour, -hour));
      bench.fake.inject({ on: 'certificate', fault });

      const error = assertFailure(await bench.renew(), 48, 'CertificateRejected');
      assert.match(error.message, reason);
      assert.deepEqual(bench.storedFiles(), before.files);
      assert.deepEqual(bench.readRenewal().state.certificate, before.certificate);
      assert.equal(bench.hasOpenOrder(), false);

      const next = await bench.renew();
      assertSuccess(next);
      assert.equal(next.count('newOrder') >= 1, true);
      assert.notDeepEqual(bench.storedFiles(), before.files);
      assertIssued(bench);
    });
  }
});

test('a first certificate that is not what was asked for: 48, and nothing is stored', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'certificate', fault: wrongKey() });
  assertFailure(await bench.create(), 48, 'CertificateRejected');
  assert.deepEqual(bench.storedFiles(), {});
  await bench.issue();
});

test('a valid order that names no certificate: 48', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: ['finalize', 'order'], fault: withoutMember('certificate'), times: Infinity });
  assertFailure(await bench.create(), 48, 'CertificateRejected');
});

test('a certificate the CA does not hand out: 40', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'certificate', fault: refusal('unauthorized', 403, 'not yours') });
  assert.match(assertFailure(await bench.create(), 40, 'AcmeError').message, /downloading the certificate: not yours/);
});

test('a chain of three and a preferred issuer among the alternates', async (t) => {
  const bench = await startFaultBench(t, { intermediates: 3, alternateRoots: 2 });
  const run = await bench.issue('a.test', ['--preferredissuer', 'Fake ACME Root 3']);
  assert.equal(run.count('certificate'), 3);
  const count = (name: string): number => bench.storedFiles()[name]?.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
  assert.deepEqual(['a.test-crt.pem', 'a.test-chain.pem', 'a.test-chain-only.pem'].map(count), [1, 4, 3]);
});
