import { createHash } from 'node:crypto';
import type { DnsProvider, TxtRecord } from '../../core/dns.ts';
import type { Identifier } from '../../core/identifier.ts';
import type { ChallengeTask, PluginServices, ValidationPlugin } from '../../core/plugin.ts';

/**
 * Validation by dns-01 (RFC 8555 section 8.4) with any DNS service: the record is put where CNAMEs lead from
 * `_acme-challenge`, and `prepare` returns when every authoritative server shows it.
 */
export function createDnsValidation(provider: DnsProvider, { dns, log }: PluginServices): ValidationPlugin {
  const made = new Map<string, TxtRecord>();
  return {
    challengeType: 'dns-01',
    refusal: dnsRefusal,
    async prepare(task) {
      const name = challengeRecordName(task.identifier);
      const record = { name: await dns.followAliases(name), value: challengeRecordValue(task) };
      if (record.name !== name) log.verbose(`${name} leads to ${record.name}`);
      made.set(keyOf(task), record);
      await provider.createTxt(record);
      await dns.waitForTxt(record);
    },
    async cleanUp(task) {
      const record = made.get(keyOf(task));
      if (record === undefined) return;
      made.delete(keyOf(task));
      await provider.deleteTxt(record);
    },
  };
}

/** Name of the TXT record for dns-01: a wildcard is validated at the name below it (RFC 8555 section 8.4). */
export function challengeRecordName(identifier: Identifier): string {
  return `_acme-challenge.${identifier.value.replace(/^\*\./, '')}`;
}

/** Value of the TXT record: the digest of the key authorization, base64url (RFC 8555 section 8.4). */
export function challengeRecordValue({ keyAuthorization }: ChallengeTask): string {
  return createHash('sha256').update(keyAuthorization).digest('base64url');
}

/** Why an identifier cannot be validated by DNS; undefined when it can. */
export function dnsRefusal(identifier: Identifier): string | undefined {
  return identifier.type === 'ip' ? 'addresses can only be validated by http-01 and tls-alpn-01' : undefined;
}

function keyOf({ identifier, token }: ChallengeTask): string {
  return `${identifier.value} ${token}`;
}
