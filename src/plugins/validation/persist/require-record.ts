import type { PersistentBinding } from '../../../core/acme.ts';
import type { TxtReading } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import { displayName, isWildcard } from '../../../core/identifier.ts';
import type { ChallengeTask, PluginServices } from '../../../core/plugin.ts';
import { accountUris } from './account-uris.ts';
import { formatIssueValue, zoneFileLine } from './issue-value.ts';
import { type Demand, judge, type Verdict } from './judge.ts';

/** What requiring a record needs. */
export type RecordServices = Pick<PluginServices, 'dns' | 'log' | 'clock' | 'signal'>;

/** While some name servers show the record and others do not yet. */
const wait = { limitMs: 60_000, pauseMs: 5_000 };
/** A record that ends sooner may end before the renewal after this one. */
const soonMs = 90 * 24 * 60 * 60 * 1000;
/** Names a CA may send (draft-ietf-acme-dns-persist section 3.1). */
const mostIssuers = 10;
const issuerPattern = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/;

/**
 * Returns when every name server shows a record with which the CA can validate the name (draft-ietf-acme-dns-persist);
 * nothing is published.
 * @param until end of a record that is still to be published
 * @throws WacsError ValidationSetupError with the record in its hint, when there is none
 */
export async function requireRecord(
  task: ChallengeTask,
  until: Date | undefined,
  services: RecordServices,
): Promise<void> {
  const wish = wishFor(task, until, services.clock.now());
  const { dns, log, clock, signal } = services;
  for (let waitedMs = 0; ; waitedMs += wait.pauseMs) {
    const reading = await dns.readTxt(wish.name);
    if (reading === undefined) {
      log.verbose(`the settings say not to look for the record: ${wish.line(wish.name)}`);
      return;
    }
    const verdicts = reading.servers.map(({ label, values }) => ({ label, ...judge(values, wish.demand) }));
    const lacking = verdicts.filter((verdict) => verdict.kind === 'lacking');
    if (lacking.length === 0) {
      tell(verdicts, reading, { wish, log });
      return;
    }
    if (lacking.length === verdicts.length || waitedMs >= wait.limitMs) throw missing(lacking, reading, wish);
    log.verbose(`the TXT record ${reading.name} is not everywhere yet: ${said(lacking)}`);
    await clock.sleep(wait.pauseMs, signal);
  }
}

/** The record that is asked for. */
interface Wish {
  /** The name as people know it. */
  readonly host: string;
  /** Of the record, without CNAMEs. */
  readonly name: string;
  readonly demand: Demand;
  /** For a zone file, under the name where CNAMEs lead. */
  readonly line: (name: string) => string;
  readonly until: Date | undefined;
}

function wishFor({ identifier, keyAuthorization, persist }: ChallengeTask, until: Date | undefined, now: Date): Wish {
  const host = displayName(identifier);
  const binding = requireIssuers(persist, host);
  const [issuer = ''] = binding.issuerDomainNames;
  const domain = identifier.value.replace(/^\*\./, '');
  const wildcard = isWildcard(identifier);
  const thumbprint = keyAuthorization.slice(keyAuthorization.lastIndexOf('.') + 1);
  const accounts = accountUris(binding, { domain, thumbprint });
  const record = { issuer, accountUri: accounts.preferred, wildcard, ...(until === undefined ? {} : { until }) };
  return {
    host,
    name: `_validation-persist.${domain}`,
    demand: { issuers: binding.issuerDomainNames, accounts, wildcard, now },
    line: (name) => zoneFileLine(name, formatIssueValue(record)),
    until,
  };
}

function requireIssuers(persist: PersistentBinding | undefined, host: string): PersistentBinding {
  const names = persist?.issuerDomainNames ?? [];
  const isUsable = names.length > 0 && names.length <= mostIssuers && names.every((name) => issuerPattern.test(name));
  if (persist !== undefined && isUsable) return persist;
  throw new WacsError(
    'AcmeError',
    `the CA's dns-persist-01 challenge for ${host} does not say who issues, in a usable way`,
    {
      hint: 'The CA does not follow draft-ietf-acme-dns-persist; choose another --validation, or ask the CA.',
    },
  );
}

interface Labelled {
  readonly label: string;
}

function tell(
  verdicts: readonly (Verdict & Labelled)[],
  { name }: TxtReading,
  { wish, log }: { readonly wish: Wish } & Pick<RecordServices, 'log'>,
): void {
  const fitting = verdicts.filter((verdict) => verdict.kind === 'fits');
  const doubt = fitting.find((verdict) => verdict.doubt !== undefined)?.doubt;
  const ends = fitting.flatMap(({ until }) => (until === undefined ? [] : [until.getTime()]));
  const end = ends.length === 0 ? undefined : new Date(Math.min(...ends));
  log.verbose(
    `${wish.host}: the TXT record ${name} is in place${end === undefined ? '' : `, until ${end.toISOString()}`}`,
  );
  if (doubt !== undefined) {
    log.warning(`the CA may not take the TXT record ${name}: ${doubt}. Sure is: ${wish.line(name)}`);
  }
  if (end !== undefined && end.getTime() - wish.demand.now.getTime() < soonMs) {
    log.warning(
      `the TXT record ${name} ends on ${end.toISOString()}: publish one that lasts longer before, or renewals will fail`,
    );
  }
}

function missing(
  lacking: readonly (Verdict & Labelled & { kind: 'lacking' })[],
  { name }: TxtReading,
  wish: Wish,
): WacsError {
  const message = `no TXT record ${name} lets this account validate ${wish.host}: ${said(lacking)}`;
  const { until, demand } = wish;
  const hint =
    until !== undefined && until <= demand.now
      ? `The record to publish would have ended on ${until.toISOString()}: create the renewal again with a later --persistuntil, or without one.`
      : `Publish this record and leave it there: ${wish.line(name)}`;
  return new WacsError('ValidationSetupError', message, { hint });
}

function said(lacking: readonly { readonly label: string; readonly text: string }[]): string {
  return lacking.map(({ label, text }) => `${label} ${text}`).join('; ');
}
