import type { DnsProvider } from '../../core/dns.ts';

/** A provider that is loaded when the first record is to be put in place. */
export function lazyDnsProvider(load: () => Promise<DnsProvider>): DnsProvider {
  let loaded: Promise<DnsProvider> | undefined;
  const get = (): Promise<DnsProvider> => {
    loaded ??= load();
    return loaded;
  };
  return {
    createTxt: async (record, identifier) => (await get()).createTxt(record, identifier),
    deleteTxt: async (record, identifier) => (await get()).deleteTxt(record, identifier),
  };
}
