import { type DnsServerAddress, showDnsServer } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import type { DnsRecord } from './message.ts';
import { type Resolver, recordsAt } from './resolver.ts';
import { canReach } from './servers.ts';

/** One address of a name server, or the reason why there is none to ask. */
export interface NameServer {
  /** The server's name; it may have several addresses. */
  readonly name: string;
  /** Name and address, for people. */
  readonly label: string;
  readonly target: DnsServerAddress | { readonly silence: string };
}

/** What name servers are found with. */
export interface NameServerSource {
  readonly resolver: Resolver;
  /** Port of name servers; 53 but in tests. */
  readonly port: number;
}

/** The name servers of a zone, by its NS records. @throws WacsError ValidationSetupError. */
export async function nameServersOf(zone: string, source: NameServerSource): Promise<readonly NameServer[]> {
  const { answers } = await source.resolver.resolve({ name: zone, type: 'NS' });
  const names = recordsAt(answers, { name: zone, type: 'NS' });
  if (names.length > 0) return serversByName(names, [], source);
  throw new WacsError('ValidationSetupError', `the zone ${zone} has no name servers (NS records)`, {
    hint: 'Check the zone at its DNS service.',
  });
}

/**
 * The addresses of name servers. A kind of address that is not in use on this machine is left out where the server has
 * another one.
 * @param glue addresses that came along with the names
 * @throws the signal's reason after an abort
 */
export async function serversByName(
  names: readonly string[],
  glue: readonly DnsRecord[],
  source: NameServerSource,
): Promise<readonly NameServer[]> {
  const lists = await Promise.all([...new Set(names)].map((name) => addressesOf(name, glue, source)));
  const servers = lists.flat();
  return servers.filter(({ label }, index) => servers.findIndex((other) => other.label === label) === index);
}

async function addressesOf(
  name: string,
  glue: readonly DnsRecord[],
  { resolver, port }: NameServerSource,
): Promise<readonly NameServer[]> {
  const types = ['A', 'AAAA'] as const;
  const silent = (silence: string): NameServer[] => [{ name, label: name, target: { silence } }];
  let addresses = types.flatMap((type) => recordsAt(glue, { name, type }));
  try {
    const found = addresses.length > 0 ? [] : await Promise.all(types.map((type) => resolver.resolve({ name, type })));
    addresses = [...addresses, ...found.flatMap(({ answers }) => answers.filter(isAddress).map(({ value }) => value))];
  } catch (error) {
    if (!(error instanceof WacsError) || error.code !== 'ValidationSetupError') throw error;
    return silent('its address cannot be found');
  }
  if (addresses.length === 0) return silent('it has no address');
  const usable = addresses.filter((address) => canReach(address));
  if (usable.length === 0) return silent(`this machine cannot reach its kind of address (${addresses.join(', ')})`);
  return usable.map((address) => {
    const target = { host: address, port };
    return { name, label: `${name} (${showDnsServer(target)})`, target };
  });
}

function isAddress({ type }: DnsRecord): boolean {
  return type === 'A' || type === 'AAAA';
}
