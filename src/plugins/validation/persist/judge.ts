import type { AccountUris } from './account-uris.ts';
import { type FoundRecord, parseIssueValue } from './issue-value.ts';

/** What a value has to fulfil. */
export interface Demand {
  readonly issuers: readonly string[];
  readonly accounts: AccountUris;
  /** The name is a wildcard. */
  readonly wildcard: boolean;
  readonly now: Date;
}

/**
 * What the values of one server come to: a record that the CA will take, one that it may take (`doubt` says why it may
 * not), or none, with what is wrong with those that come closest.
 */
export type Verdict =
  | { readonly kind: 'fits'; readonly until?: Date; readonly doubt?: string }
  | { readonly kind: 'lacking'; readonly text: string };

/** Judges the values as a CA does, which needs one of them to fit and ignores the others. */
export function judge(values: readonly string[], demand: Demand): Verdict {
  const records = values.map(parseIssueValue).filter(({ issuer }) => demand.issuers.includes(issuer));
  const verdicts = records.map((record) => judgeRecord(record, demand));
  const fitting = verdicts.filter((verdict) => verdict.kind === 'fits');
  const [best] = fitting.toSorted((left, right) => rank(right) - rank(left));
  if (best !== undefined) return best;
  const [flawed] = verdicts.filter((verdict) => verdict.kind === 'lacking');
  if (flawed !== undefined) return flawed;
  return { kind: 'lacking', text: values.length === 0 ? 'has no TXT record there' : 'has none for this CA there' };
}

/** Without doubt first, then the one that lasts longest. */
function rank(verdict: Verdict & { kind: 'fits' }): number {
  const lasts = verdict.until?.getTime() ?? 8.64e15;
  return verdict.doubt === undefined ? lasts : lasts - 1e17;
}

function judgeRecord(record: FoundRecord, { accounts, wildcard, now }: Demand): Verdict {
  const lacking = (text: string): Verdict => ({ kind: 'lacking', text: `has one that ${text}` });
  const { accountUri = '', until, flaw } = record;
  if (flaw !== undefined) return lacking(flaw);
  const isCertain = accounts.certain.includes(accountUri);
  if (!isCertain && !accounts.mayBe(accountUri)) return lacking(`names another account, ${accountUri}`);
  if (wildcard && record.wildcard !== true) return lacking('has no policy=wildcard');
  if (until !== undefined && until <= now) return lacking(`ended on ${until.toISOString()}`);
  return {
    kind: 'fits',
    ...(until === undefined ? {} : { until }),
    ...(isCertain ? {} : { doubt: `it names the account as ${accountUri}` }),
  };
}
