import { type HistoryEntry, partHistoryLimit, type Renewal } from './renewal.ts';

/** One certificate of a renewal. */
export interface CertificateOf {
  /** Which of several certificates; absent when the renewal has only one. */
  readonly part?: string;
  /** The renewal as if it had this certificate only: its state, its history, and a name that tells it apart. */
  readonly view: Renewal;
}

/** The certificates of a renewal. */
export function certificatesOf(renewal: Renewal): readonly CertificateOf[] {
  const { parts = [] } = renewal;
  if (parts.length === 0) return [{ view: renewal }];
  return parts.map(({ name }) => ({ part: name, view: viewOf(renewal, name) }));
}

/** The renewal as if it had one certificate only. */
export function viewOf(renewal: Renewal, part: string | undefined): Renewal {
  if (part === undefined) return renewal;
  const { parts = [], ...shared } = renewal;
  return {
    ...shared,
    friendlyName: titleOf(renewal, part),
    state: parts.find(({ name }) => name === part)?.state ?? {},
    history: renewal.history.filter((entry) => entry.part === part),
  };
}

/** The renewal with what has become of one certificate. */
export function withView(renewal: Renewal, part: string | undefined, { state, history }: Renewal): Renewal {
  if (part === undefined) return { ...renewal, state, history };
  const { parts = [] } = renewal;
  const others = renewal.history.filter((entry) => entry.part !== part);
  const own = history.slice(-partHistoryLimit).map(({ date, ...rest }): HistoryEntry => ({ date, ...rest, part }));
  return {
    ...renewal,
    parts: parts.map((known) => (known.name === part ? { ...known, state } : known)),
    history: [...others, ...own].toSorted((left, right) => left.date.getTime() - right.date.getTime()),
  };
}

/** Name under which the files of one certificate are kept; no id has an `@`. */
export function fileIdOf(renewalId: string, part: string | undefined): string {
  return part === undefined ? renewalId : `${renewalId}@${part}`;
}

/** A certificate as messages and certificate stores call it. */
export function titleOf({ friendlyName }: Pick<Renewal, 'friendlyName'>, part: string | undefined): string {
  return part === undefined ? friendlyName : `${friendlyName} (${part})`;
}
