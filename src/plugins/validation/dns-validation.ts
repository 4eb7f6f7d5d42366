import { createHash } from 'node:crypto';
import type { DnsProvider, TxtRecord } from '../../core/dns.ts';
import { displayName, type Identifier } from '../../core/identifier.ts';
import type { ChallengeTask, PluginServices, ValidationPlugin } from '../../core/plugin.ts';
import { sharedRecords } from './shared-records.ts';

/** Longest name the DNS has, as text (RFC 1035 section 2.3.4). */
const longestName = 253;

/**
 * Validation by dns-01 (RFC 8555 section 8.4) with any DNS service: the record is put where CNAMEs lead from
 * `_acme-challenge`, and `prepare` returns when every authoritative server shows it.
 * @param limitMs a limit of its own for that wait, as `DnsClient.waitForTxt` has it
 */
export function createDnsValidation(provider: DnsProvider, services: DnsServices, limitMs?: number): ValidationPlugin {
  const { dns, signal } = services;
  const records = sharedRecords(signal);
  const made = new Map<string, TxtRecord>();
  return {
    challengeType: 'dns-01',
    refusal: dnsRefusal,
    async prepare(task) {
      const record = await challengeRecord(task, services);
      made.set(keyOf(task), record);
      await records.hold(record, () => provider.createTxt(record, task.identifier));
      await dns.waitForTxt(record, limitMs);
    },
    async cleanUp(task) {
      const record = made.get(keyOf(task));
      if (record === undefined) return;
      made.delete(keyOf(task));
      await records.release(record, () => provider.deleteTxt(record, task.identifier));
    },
  };
}

type DnsServices = Pick<PluginServices, 'dns' | 'log' | 'signal'>;

/** The TXT record for a challenge, where CNAMEs lead. @throws WacsError ValidationSetupError. */
export async function challengeRecord(
  task: ChallengeTask,
  { dns, log }: Omit<DnsServices, 'signal'>,
): Promise<TxtRecord> {
  const own = challengeRecordName(task.identifier);
  const name = await dns.followAliases(own);
  if (name !== own) log.info(`${displayName(task.identifier)}: ${own} leads to ${name}`);
  return { name, value: challengeRecordValue(task) };
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
  if (identifier.type === 'ip') return 'addresses can only be validated by http-01 and tls-alpn-01';
  if (challengeRecordName(identifier).length <= longestName) return undefined;
  return `its TXT record _acme-challenge would have a name of more than ${longestName} characters`;
}

function keyOf({ identifier, token }: ChallengeTask): string {
  return `${identifier.value} ${token}`;
}
