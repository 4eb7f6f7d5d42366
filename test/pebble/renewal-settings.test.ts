import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { createDnsScript } from './dns-script.ts';
import { assertExit, createWorkbench, forgetAccount, quick, type Workbench } from './workbench.ts';

/** As an administrator writes it into the renewal's file. */
function setOwn(bench: Workbench, settings: object): void {
  bench.editRenewal('site', (renewal) => Object.assign(renewal, { settings }));
}

const forDns = (pebble: Pebble) => ({
  Validation: { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0 },
});

test("a renewal's own settings", async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('the kind of key: another one is ordered once', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const curve = () => new X509Certificate(bench.readPem('a.test', 'crt')).publicKey.asymmetricKeyDetails?.namedCurve;
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    assert.equal(curve(), 'secp384r1');
    setOwn(bench, { Csr: { Ec: { CurveName: 'secp256r1' } } });
    const renew = ['--renew', '--notaskscheduler', '--detailedexitcode'];
    assertExit(await bench.run(renew), 0);
    assert.equal(curve(), 'prime256v1');
    assertExit(await bench.run(renew), 15);
  });

  await t.test('how the DNS is asked: the others go on as the settings of all say', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const script = createDnsScript(bench.folder, pebble);
    bench.writeSettings(forDns(pebble));
    const create = (host: string, id: string) =>
      bench.create(host, [
        '--id',
        id,
        '--validation',
        'script',
        '--validationmode',
        'dns-01',
        '--dnsscript',
        script.path,
      ]);
    for (const name of ['own', 'other'])
      await pebble.setDns('set-cname', { host: `_acme-challenge.${name}.test.`, target: `${name}.acme.test.` });
    assertExit(await create('own.test', 'site'), 0);
    assertExit(await create('other.test', 'other'), 0);
    setOwn(bench, { Validation: { AllowDnsSubstitution: false, PreValidateDns: false } });
    forgetAccount(bench);
    const before = script.calls().length;
    assertExit(await bench.run(['--renew', '--force', '--accepttos', '--notaskscheduler']), 44);
    const names = script
      .calls()
      .slice(before)
      .map(([, , name]) => name);
    assert.deepEqual([...new Set(names)].toSorted(), ['_acme-challenge.own.test', 'other.acme.test']);
  });
});
