import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DnsPolicy } from '../../src/core/policies.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { defaultSettings, readSettings } from '../../src/storage/settings.ts';
import { dnsPolicy } from '../../src/storage/settings-values.ts';
import { temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';

async function policyOf(t: TestContext, section: object): Promise<DnsPolicy> {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, JSON.stringify({ Validation: section }));
  return dnsPolicy(await readSettings(path, createFileStore()));
}

test('the DNS as it is asked without settings: five minutes, looking every 10 seconds at least', () => {
  assert.deepEqual(dnsPolicy(defaultSettings()), {
    servers: ['[System]'],
    localOnly: false,
    followAliases: true,
    check: true,
    limitMs: 300_000,
    longestPauseMs: 10_000,
    settleMs: 5_000,
  });
});

test("win-acme's keys", async (t) => {
  const policy = await policyOf(t, {
    PreValidateDns: false,
    PreValidateDnsRetryCount: 4,
    PreValidateDnsRetryInterval: 2,
    PreValidateDnsLocal: true,
    DnsPropagationDelay: 30,
    AllowDnsSubstitution: false,
    DnsServers: ['192.0.2.1:5353', '[system]'],
  });
  assert.deepEqual(policy, {
    servers: ['192.0.2.1:5353', '[system]'],
    localOnly: true,
    followAliases: false,
    check: false,
    limitMs: 8_000,
    longestPauseMs: 2_000,
    settleMs: 30_000,
  });
});

for (const servers of [[], ['ns1.example.com'], ['192.0.2.1:99999'], 'x']) {
  test(`no DNS servers: ${JSON.stringify(servers)}`, async (t) => {
    const failure = await failureOf(policyOf(t, { DnsServers: servers }), 'ConfigurationError');
    assert.match(failure.message, /Validation\.DnsServers/);
  });
}
