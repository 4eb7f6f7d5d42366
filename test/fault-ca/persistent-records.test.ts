import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { startDnsServer } from '../support/dns/dns-server.ts';
import { createZone, resolverOf } from '../support/dns/test-zone.ts';
import { mutate } from '../support/fake-acme/faults.ts';
import { resourceUrl } from '../support/fake-acme/resources.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';

const prefix = 'https://ca.example/account-hash/';
const name = '_validation-persist.a.test';

/** A CA that asks for records as draft-ietf-acme-dns-persist-02 has them, and a DNS. */
async function startBench(t: TestContext, members: object) {
  const zone = createZone('a.test', { 'ns1.a.test': ['127.0.0.1'] });
  const dns = await startDnsServer(t, resolverOf(zone));
  const bench = await startFaultBench(t, { meta: { accountHashPrefix: prefix }, challengeTypes: ['dns-persist-01'] });
  bench.setSettings({ Validation: { DnsServers: [`127.0.0.1:${dns.port}`], PreValidateDnsLocal: true } });
  const change = (challenge: object) => ({ ...challenge, token: undefined, ...members });
  const fault = mutate((body) => ({ ...body, challenges: (body.challenges as object[]).map(change) }));
  bench.fake.inject({ on: 'authz', times: Number.POSITIVE_INFINITY, fault });
  const main = ['--source', 'manual', '--host', 'a.test', '--id', 'site', '--notaskscheduler', '--accepttos'];
  const create = () =>
    bench.run([...main, '--validation', 'persist', '--csr', 'ec', '--pemfilespath', bench.authority]);
  return { bench, zone, create };
}

test('the hashed address of the account is what is asked for, found and renewed with', async (t) => {
  const { bench, zone, create } = await startBench(t, { issuerDomainNames: ['ca.example'] });
  const missing = assertFailure(await create(), 45, 'ValidationSetupError');
  const [account] = bench.fake.state.accounts.values();
  assert.ok(account);
  const accountUrl = resourceUrl(bench.fake.state, 'account', account.id);
  const hash = createHash('sha256').update(`\u0006a.test${account.jwk.thumbprint}${accountUrl}`).digest('base64url');
  const value = `ca.example; accounturi=${prefix}sha-256/${hash}`;
  assert.ok((missing.hint ?? '').endsWith(`${name}. IN TXT "${value}"`), String(missing.hint));
  zone.txt.set(name, [value]);
  assertSuccess(await create());
  assertSuccess(await bench.renew(['--force']));
});

for (const members of [{}, { issuerDomainNames: [] }, { issuerDomainNames: 'ca.example' }]) {
  test(`a challenge with ${JSON.stringify(members)} is the CA's fault: 40`, async (t) => {
    const { create } = await startBench(t, members);
    const failure = assertFailure(await create(), 40, 'AcmeError');
    assert.match(failure.message, /dns-persist-01 challenge for a\.test does not say who issues/);
  });
}
