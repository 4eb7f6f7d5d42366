import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createDnsScript, valuesIn } from '../../pebble/dns-script.ts';
import { assertExit, forgetAccount } from '../../pebble/workbench.ts';
import type { Pebble } from '../../support/pebble/pebble.ts';
import type { Row } from '../row.ts';

/** pebble-challtestsrv has no zones: it is asked as a server that asks others is. */
const asking = ({ dnsServer }: Pebble): object => ({
  Validation: { DnsServers: [dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0 },
});

/** Row 3. */
export const dnsValidation: Row = {
  number: 3,
  title: 'dns-01: one name, a wildcard with its apex, a delegated record, SERVFAIL',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    mkdirSync(bench.folder, { recursive: true });
    const script = createDnsScript(bench.folder, pebble);
    bench.writeSettings(asking(pebble));
    const create = (host: string) =>
      bench.create(host, ['--id', host.replace(/\W.*/, ''), '--validation', 'script', '--dnsscript', script.path]);
    await pebble.setDns('set-cname', { host: '_acme-challenge.moved.test.', target: 'moved.acme.test.' });
    for (const host of ['one.test', 'both.test,*.both.test', 'moved.test']) assertExit(await create(host), 0);
    assert.ok(script.calls().some(([, , name]) => name === 'moved.acme.test'));
    for (const name of ['_acme-challenge.one.test', '_acme-challenge.both.test', 'moved.acme.test'])
      assert.deepEqual(await valuesIn(pebble.dnsServer, name), [], `a value was left at ${name}`);
    await pebble.setDns('set-servfail', { host: '_acme-challenge.broken.test' });
    assertExit(await create('broken.test'), 45);
  },
};

/** Row 26. */
export const persistentValidation: Row = {
  number: 26,
  title: 'dns-persist-01: the record that is missing, with the policy for a wildcard, renewed without the DNS',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    bench.writeSettings(asking(pebble));
    const create = () => bench.create('a.test,*.a.test', ['--id', 'site', '--validation', 'persist']);
    const missing = await create();
    assertExit(missing, 45);
    // The name and its wildcard each ask for a record; that of the wildcard serves both.
    const wide = /(_validation-persist\.\S+) IN TXT "([^"]*; policy=wildcard)"/.exec(missing.stderr);
    const [, host = '', value = ''] = wide ?? assert.fail(missing.stderr);
    assert.match(value, /; accounturi=https:/);
    await pebble.setDns('set-txt', { host, value });
    assertExit(await create(), 0);
    assertExit(await bench.run(['--renew', '--force']), 0);
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 45);
  },
};
