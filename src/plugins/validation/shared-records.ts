import type { TxtRecord } from '../../core/dns.ts';

/** TXT records of a run. Renewals side by side may validate the same name, even by the same value. */
export interface SharedRecords {
  /** Runs the creation when nobody else works on the name. The record is held from now on, even if the creation fails. */
  hold(record: TxtRecord, create: () => Promise<void>): Promise<void>;
  /** Runs the deletion when nobody else works on the name, unless somebody else still holds the same record. */
  release(record: TxtRecord, remove: () => Promise<void>): Promise<void>;
}

const known = new WeakMap<AbortSignal, SharedRecords>();

/** The records of a run, which is known by its signal. */
export function sharedRecords(signal: AbortSignal): SharedRecords {
  const records = known.get(signal) ?? createSharedRecords();
  known.set(signal, records);
  return records;
}

function createSharedRecords(): SharedRecords {
  const holders = new Map<string, number>();
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = (name: string, work: () => Promise<void>): Promise<void> => {
    const result = (turns.get(name) ?? Promise.resolve()).then(work);
    turns.set(
      name,
      result.catch(() => undefined),
    );
    return result;
  };
  return {
    hold: (record, create) =>
      inTurn(record.name, () => {
        holders.set(keyOf(record), (holders.get(keyOf(record)) ?? 0) + 1);
        return create();
      }),
    release: (record, remove) =>
      inTurn(record.name, async () => {
        const others = (holders.get(keyOf(record)) ?? 0) - 1;
        holders.set(keyOf(record), Math.max(0, others));
        if (others <= 0) await remove();
      }),
  };
}

function keyOf({ name, value }: TxtRecord): string {
  return `${name} ${value}`;
}
