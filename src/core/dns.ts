import { type Identifier, parseAddress } from './identifier.ts';

/** A TXT record for a challenge. */
export interface TxtRecord {
  /** Absolute name in A-label form, lower case, without a final dot, such as `_acme-challenge.www.example.com`. */
  readonly name: string;
  readonly value: string;
}

/**
 * A DNS service that holds TXT records; what a dns-01 plugin is made of. Calls for one name never overlap within a run,
 * so a service that replaces all values of a name at once can be read, changed and written. Calls for different names
 * do overlap.
 */
export interface DnsProvider {
  /**
   * Adds one value and leaves all others of the name alone: a wildcard and its apex need two at once. MUST be
   * repeatable. Its lifetime (TTL) should be the shortest the service takes: resolvers that know an older value of the
   * name must forget it soon.
   * @param identifier what is validated; the record may lie elsewhere, where a CNAME leads
   * @throws WacsError ValidationSetupError.
   */
  createTxt(record: TxtRecord, identifier: Identifier): Promise<void>;
  /**
   * Removes that value and only that; nothing happens when it is not there. It is called after an interruption too, with
   * some 20 s left, and MUST NOT be stopped by the signal of the run.
   * @throws WacsError ValidationSetupError.
   */
  deleteTxt(record: TxtRecord, identifier: Identifier): Promise<void>;
}

/** A DNS server that is talked to directly. */
export interface DnsServerAddress {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/** Port of the DNS (RFC 1035 section 4.2). */
export const dnsPort = 53;

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`; undefined for anything else. */
export function parseDnsServer(text: string): DnsServerAddress | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain ?? text.trim();
  // An address for one network only has a zone index, which names an interface (RFC 4007 section 11).
  if (parseAddress(host.replace(/%.*$/, '')) === undefined) return undefined;
  const number = port === undefined ? dnsPort : Number(port);
  return number > 0 && number < 0x10000 ? { host, port: number } : undefined;
}

/** A server as people write it; the usual port is left out. */
export function showDnsServer({ host, port }: DnsServerAddress): string {
  if (port === dnsPort) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What the servers show for a name. */
export interface TxtReading {
  /** The name that was asked for: where CNAMEs lead. */
  readonly name: string;
  /** Name and address of each server, for people, and the values it shows. */
  readonly servers: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** Questions to the DNS. Every wait is bounded, and unless said otherwise ends at once with the run. */
export interface DnsClient {
  /**
   * The name at the end of the CNAMEs that start at a name, itself without any: delegation of `_acme-challenge`.
   * @throws WacsError ValidationSetupError for a loop or when no server answers.
   */
  followAliases(name: string): Promise<string>;
  /** The zone a name lies in: the nearest name above, or itself, that has an SOA. @throws WacsError ValidationSetupError. */
  findZone(name: string): Promise<string>;
  /**
   * Waits until every authoritative server of the zone answers with the value.
   * @param limitMs a limit of its own, for a record made by hand: then it is looked for even where the settings say not to
   * @throws WacsError ValidationSetupError naming the servers that do not, and what they answer, at the limit.
   */
  waitForTxt(record: TxtRecord, limitMs?: number): Promise<void>;
  /**
   * The TXT values where CNAMEs from a name lead, on each of the servers that `waitForTxt` asks, as they are now. Servers
   * that are of no use for the zone are left out; undefined where the settings say that nothing is looked for.
   * @throws WacsError ValidationSetupError when none of them can be asked.
   */
  readTxt(name: string): Promise<TxtReading | undefined>;
  /**
   * Sends one DNS message and gives the reply with the same id, as it is on the wire (RFC 1035 section 4): by TCP, by UDP
   * where TCP does not get through. It takes 15 s at most and heeds no other signal than the one given.
   * @throws WacsError ValidationSetupError when the server does not answer.
   */
  exchange(server: DnsServerAddress, message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** True for a name in a zone, its apex included. Both in lower case, without final dots. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

/** A name as it stands inside its zone: `_acme-challenge.www` of `_acme-challenge.www.example.com`; `@` for the apex. */
export function nameInZone(name: string, zone: string): string {
  if (name === zone) return '@';
  return isWithin(name, zone) && zone !== '' ? name.slice(0, -zone.length - 1) : name;
}
