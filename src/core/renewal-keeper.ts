import { viewOf, withView } from './part.ts';
import type { Renewal } from './renewal.ts';
import type { RenewalStore } from './stores.ts';

/** The newest version of a renewal while its certificates are worked on side by side. */
export interface RenewalKeeper {
  current(): Renewal;
  /** The renewal as one of its certificates sees it. */
  view(part: string | undefined): Renewal;
  /**
   * Replaces the renewal and writes it. A change that cannot be written holds in memory.
   * @throws WacsError AccessDenied, StorageError.
   */
  keep(renewal: Renewal): Promise<void>;
  /** Puts what has become of one certificate into the renewal and writes it. @throws WacsError as `keep`. */
  keepView(part: string | undefined, view: Renewal): Promise<void>;
}

/** Keeps one renewal; nobody else may write it meanwhile. Versions are written one after another. */
export function createKeeper(renewal: Renewal, store: Pick<RenewalStore, 'write'>): RenewalKeeper {
  let current = renewal;
  let writing: Promise<void> = Promise.resolve();
  const keep = (next: Renewal): Promise<void> => {
    current = next;
    const written = writing.then(() => store.write(current));
    writing = written.catch(() => undefined);
    return written;
  };
  return {
    current: () => current,
    view: (part) => viewOf(current, part),
    keep,
    keepView: (part, view) => keep(withView(current, part, view)),
  };
}
