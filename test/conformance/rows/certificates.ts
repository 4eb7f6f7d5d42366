import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { assertFailure, assertIssued, assertSuccess } from '../../fault-ca/checks.ts';
import { openPfx } from '../../pebble/certificate-checks.ts';
import { assertExit } from '../../pebble/workbench.ts';
import { emptyChain, missingName, wrongKey } from '../../support/fake-acme/certificate-faults.ts';
import { splitPem } from '../../support/split-pem.ts';
import type { Row } from '../row.ts';

const rsaSizes = [2048, 3072, 4096];
const curves = { secp256r1: 'prime256v1', secp384r1: 'secp384r1' };

/** Row 5. */
export const keyTypes: Row = {
  number: 5,
  title: 'keys: RSA 2048, 3072, 4096, P-256, P-384; key kept by option; a changed type on renewal',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const leaf = () => new X509Certificate(bench.readPem('a.test', 'crt'));
    const create = (...args: string[]) => bench.create('a.test', ['--id', 'site', ...args]);
    for (const bits of rsaSizes) {
      bench.writeSettings({ Csr: { Rsa: { KeyBits: bits } } });
      assertExit(await create('--csr', 'rsa'), 0);
      assert.equal(leaf().publicKey.asymmetricKeyDetails?.modulusLength, bits);
    }
    for (const [curve, name] of Object.entries(curves)) {
      bench.writeSettings({ Csr: { Ec: { CurveName: curve } } });
      assertExit(await create('--csr', 'ec'), 0);
      assert.equal(leaf().publicKey.asymmetricKeyDetails?.namedCurve, name);
    }
    const key = () => bench.readPem('a.test', 'key');
    const renewed = async (): Promise<string> => {
      assertExit(await bench.run(['--renew', '--force']), 0);
      return key();
    };
    const before = key();
    const fresh = await renewed();
    assert.notEqual(fresh, before);
    assertExit(await create('--csr', 'ec', '--reuse-privatekey'), 0);
    assert.equal(await renewed(), key());
    assert.equal(key(), fresh);
  },
};

/** Row 6. */
export const chains: Row = {
  number: 6,
  title: 'alternate chains: preferred issuer found and not found; three intermediates into PEM and PFX',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start({ alternateRoots: 2, chainLength: 3 });
    const bench = await machine(pebble);
    const roots = splitPem(await pebble.rootCertificates()).map((pem) => new X509Certificate(pem));
    const stores = ['--store', 'pemfiles,pfxfile', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx];
    for (const [index, root] of roots.entries()) {
      const name = /CN=(.+)/.exec(root.subject)?.[1] ?? '';
      const id = `chain${index}`;
      assertExit(await bench.create(`${id}.test`, ['--id', id, '--preferredissuer', name, ...stores]), 0);
      const chain = splitPem(bench.readPem(`${id}.test`, 'chain-only')).map((pem) => new X509Certificate(pem));
      assert.equal(chain.length, 3);
      assert.ok(chain.at(-1)?.checkIssued(root), `chain ${index} does not end at ${name}`);
      const pfx = await openPfx(join(bench.pfx, `${id}.test.pfx`), '');
      assert.equal(pfx.certificates.length, 4);
    }
    const absent = await bench.create('absent.test', ['--preferredissuer', 'No Such Root', ...stores]);
    assertExit(absent, 0);
    assert.match(absent.stderr, /no chain up to "No Such Root"/);
  },
};

/** Row 24. */
export const wrongCertificates: Row = {
  number: 24,
  title: 'a certificate for another key, without a name, or without its chain',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults();
    await bench.issue('a.test,b.test');
    for (const fault of [wrongKey(), missingName(), emptyChain()]) {
      const before = bench.storedFiles();
      bench.fake.inject({ on: 'certificate', fault, times: Number.POSITIVE_INFINITY });
      assertFailure(await bench.renew(['--force']), 48, 'CertificateRejected');
      assert.deepEqual(bench.storedFiles(), before);
      bench.fake.clearFaults();
      assertSuccess(await bench.renew(['--force']));
      assertIssued(bench);
    }
  },
};
