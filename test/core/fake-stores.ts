import type { IssuedCertificate } from '../../src/core/certificate.ts';
import type { Renewal } from '../../src/core/renewal.ts';
import type { CertificateCache, OrderRecord, OrderStore, RenewalStore } from '../../src/core/stores.ts';

/** Orders in memory that note each change in the journal. */
export function createFakeOrders(journal: string[] = []): OrderStore & { readonly records: Map<string, OrderRecord> } {
  const records = new Map<string, OrderRecord>();
  return {
    records,
    read: async (id) => records.get(id),
    async write(id, record) {
      journal.push(record.privateKeyPem === undefined ? 'orders.write' : 'orders.write key');
      records.set(id, record);
    },
    async remove(id) {
      journal.push('orders.remove');
      records.delete(id);
    },
  };
}

/** Certificates in memory; a PFX exists only as a path. */
export function createFakeCache(
  journal: string[] = [],
): CertificateCache & { readonly kept: Map<string, IssuedCertificate> } {
  const kept = new Map<string, IssuedCertificate>();
  return {
    kept,
    read: async (id) => kept.get(id),
    async write(id, certificate) {
      journal.push('cache.write');
      kept.set(id, certificate);
    },
    remove: async (id) => void kept.delete(id),
    async withPfx(id, pfx, work) {
      journal.push(`pfx written (${pfx.length > 0 ? 'with content' : 'empty'})`);
      try {
        return await work(`/cache/${id}.pfx`);
      } finally {
        journal.push('pfx removed');
      }
    },
  };
}

/** Renewals in memory, every version ever written. */
export function createFakeRenewals(
  journal: string[] = [],
): RenewalStore & { readonly versions: Renewal[]; failure: Error | undefined } {
  const versions: Renewal[] = [];
  const store = {
    versions,
    failure: undefined as Error | undefined,
    list: async () => versions.slice(-1).map((renewal) => ({ kind: 'renewal' as const, renewal })),
    async write(renewal: Renewal) {
      journal.push('renewals.write');
      if (store.failure !== undefined) throw store.failure;
      versions.push(renewal);
    },
    remove: async () => undefined,
  };
  return store;
}
