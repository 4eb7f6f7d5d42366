import type { StoreEntry, StoreOwner, StorePlace, WindowsCertificateStore } from '../../src/core/certificate-store.ts';
import { WacsError } from '../../src/core/errors.ts';

/** What stands in the stores, and how it may misbehave. */
export interface FakeCertificateStore extends WindowsCertificateStore {
  /** Entries by place, such as `machine/My`, then by thumbprint. */
  readonly entries: Map<string, Map<string, StoreEntry>>;
  /** What went to the stores `CA`. */
  readonly intermediates: Map<StoreOwner, string[]>;
  /** Calls that changed something, in their order. */
  readonly journal: string[];
  readonly accounts: Set<string>;
  /** Why the keys that are added cannot be used; undefined: they can. */
  keyProblem: string | undefined;
  /** Says that it has added a certificate, and has not. */
  forgetful: boolean;
}

/** Certificate stores in memory, `My` and `WebHosting` of the machine and `My` of the user. */
export function createFakeCertificateStore(): FakeCertificateStore {
  const entries = new Map(['machine/My', 'machine/WebHosting', 'user/My'].map((name) => [name, new Map()]));
  const storeAt = ({ owner, name }: StorePlace): Map<string, StoreEntry> => {
    const store = entries.get(`${owner}/${name}`);
    if (store === undefined) throw new WacsError('StoreError', `there is no store ${owner}/${name}`);
    return store;
  };
  const fake: FakeCertificateStore = {
    entries,
    intermediates: new Map(),
    journal: [],
    accounts: new Set(['NETWORK SERVICE', 'IIS AppPool\\Site', 'S-1-5-32-545']),
    keyProblem: undefined,
    forgetful: false,
    defaultName: async () => 'My',
    async check(place, grants) {
      storeAt(place);
      const unknown = grants.find(({ account }) => !fake.accounts.has(account));
      if (unknown !== undefined) throw new WacsError('StoreError', `there is no account "${unknown.account}"`);
    },
    async list(place) {
      return [...storeAt(place)].map(([thumbprint, { friendlyName }]) => ({
        ...{ thumbprint, friendlyName, hasPrivateKey: true },
      }));
    },
    async find(place, thumbprint) {
      const entry = storeAt(place).get(thumbprint);
      if (entry === undefined) return undefined;
      return { thumbprint, friendlyName: entry.friendlyName, hasPrivateKey: true, keyProblem: fake.keyProblem };
    },
    async addIntermediates(owner, pems) {
      fake.journal.push('addIntermediates');
      fake.intermediates.set(owner, [...new Set([...(fake.intermediates.get(owner) ?? []), ...pems])]);
    },
    async add(place, entry) {
      fake.journal.push('add');
      if (!fake.forgetful) storeAt(place).set(entry.certificate.info.thumbprint, entry);
    },
    async remove(place, thumbprint) {
      fake.journal.push('remove');
      return storeAt(place).delete(thumbprint);
    },
  };
  return fake;
}
