/** What a record for dns-persist-01 says (draft-ietf-acme-dns-persist section 4.1). */
export interface PersistRecord {
  /** Domain name of the CA that may issue. */
  readonly issuer: string;
  /** Names the account that may order. */
  readonly accountUri: string;
  /** Wildcard names too, and names below. */
  readonly wildcard: boolean;
  /** No validation after this moment; whole seconds. */
  readonly until?: Date;
}

/** A record as it was found; `flaw` says why no CA would take it. */
export type FoundRecord = Partial<PersistRecord> & { readonly issuer: string; readonly flaw?: string };

const longestString = 255;

/** The record's value: the issue-value of CAA (RFC 8659 section 4.2). */
export function formatIssueValue({ issuer, accountUri, wildcard, until }: PersistRecord): string {
  return [
    issuer,
    `accounturi=${accountUri}`,
    ...(wildcard ? ['policy=wildcard'] : []),
    ...(until === undefined ? [] : [`persistUntil=${Math.floor(until.getTime() / 1000)}`]),
  ].join('; ');
}

/** Reads a value as a CA does: parameters in any order, unknown ones ignored. */
export function parseIssueValue(text: string): FoundRecord {
  const [issuer = '', ...parts] = text.split(';').map((part) => part.trim());
  const parameters = parts.filter((part) => part !== '').map(parameterOf);
  const parameter = (tag: string): string | undefined => parameters.find((one) => one.tag === tag)?.value;
  const accountUri = parameter('accounturi');
  const until = parameter('persistuntil');
  const flaw = flawOf(
    parameters.map(({ tag }) => tag),
    accountUri,
    until,
  );
  return {
    issuer: issuer.toLowerCase().replace(/\.$/, ''),
    ...(accountUri === undefined ? {} : { accountUri }),
    wildcard: parameter('policy')?.toLowerCase() === 'wildcard',
    ...(until === undefined ? {} : { until: new Date(Number(until) * 1000) }),
    ...(flaw === undefined ? {} : { flaw }),
  };
}

/**
 * A TXT record as a zone file has it (RFC 1035 section 5.1): a value over 255 bytes in several strings, quotes escaped.
 * @param name without a final dot
 */
export function zoneFileLine(name: string, value: string): string {
  const strings = value.match(new RegExp(`.{1,${longestString}}`, 'g')) ?? [''];
  return `${name}. IN TXT ${strings.map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`).join(' ')}`;
}

function parameterOf(text: string): { tag: string; value: string } {
  const [tag = '', ...rest] = text.split('=');
  return { tag: tag.trim().toLowerCase(), value: rest.join('=').trim() };
}

function flawOf(tags: readonly string[], accountUri: string | undefined, until: string | undefined) {
  const double = tags.find((tag, index) => tags.indexOf(tag) !== index);
  if (double !== undefined) return `has ${double} twice`;
  if (accountUri === undefined) return 'has no accounturi';
  return until !== undefined && !/^\d{1,12}$/.test(until)
    ? 'has a persistUntil that is no number of seconds'
    : undefined;
}
