import type { AccountRecord, AccountStore } from '../../src/core/stores.ts';

/** One account in memory, every version ever written, and what was set aside. */
export interface FakeAccounts extends AccountStore {
  record: AccountRecord | undefined;
  readonly written: AccountRecord[];
  readonly aside: AccountRecord[];
}

export function createFakeAccounts(stored?: AccountRecord): FakeAccounts {
  const fake: FakeAccounts = {
    record: stored,
    written: [],
    aside: [],
    read: async () => fake.record,
    async write(record) {
      fake.record = record;
      fake.written.push(record);
    },
    async setAside() {
      if (fake.record !== undefined) fake.aside.push(fake.record);
      return '/aside.json';
    },
  };
  return fake;
}
