import type { Answer } from 'dns-packet';
import type { Answering, AskedQuestion, TestReply } from './dns-server.ts';

/** Response codes (RFC 1035 section 4.1.1). */
export const rcode = { formErr: 1, servFail: 2, nxDomain: 3, refused: 5 } as const;

/** A zone with all that stands in it; tests change it while they run. */
export interface TestZone {
  readonly name: string;
  /** Names of its servers, with the addresses that resolve. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
  /** Values of TXT records by name. */
  readonly txt: Map<string, string[]>;
  readonly cnames: Map<string, string>;
  /** Zones that are delegated, with the names of their servers. */
  readonly delegated: Map<string, readonly string[]>;
}

/** A zone without records of its own. */
export function createZone(name: string, servers: TestZone['servers']): TestZone {
  return { name, servers, txt: new Map(), cnames: new Map(), delegated: new Map() };
}

/** What an authoritative server of these zones says. */
export function authoritativeFor(...zones: readonly TestZone[]): Answering {
  return (question) => {
    const zone = nearest(zones, question.name.toLowerCase());
    return zone === undefined ? { rcode: rcode.refused } : fromZone(zone, question);
  };
}

/** What a server says that asks others: all zones are known to it, and the names of their servers. */
export function resolverOf(...zones: readonly TestZone[]): Answering {
  return (question) => {
    const name = question.name.toLowerCase();
    const zone = nearest(zones, name);
    const addresses = zones.flatMap(({ servers }) => servers[name] ?? []);
    const records = addresses.flatMap((address) => addressRecord(name, address, question.type));
    if (records.length > 0) return { answers: records };
    if (zone === undefined) return { rcode: rcode.nxDomain, authorities: [soa('')] };
    return { ...fromZone(zone, question), authoritative: false };
  };
}

function nearest(zones: readonly TestZone[], name: string): TestZone | undefined {
  const fitting = zones.filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0];
}

function fromZone(zone: TestZone, { name: asked, type }: AskedQuestion): TestReply {
  const name = asked.toLowerCase();
  const below = [...zone.delegated].find(([child]) => name === child || name.endsWith(`.${child}`));
  if (below !== undefined) return referral(below[0], below[1], zone);
  const records = recordsOf(zone, asked, type);
  if (records.length > 0) return { authoritative: true, answers: records };
  const exists = name === zone.name || zone.txt.has(name) || zone.cnames.has(name);
  return { authoritative: true, rcode: exists ? 0 : rcode.nxDomain, authorities: [soa(zone.name)] };
}

function recordsOf(zone: TestZone, asked: string, type: string): Answer[] {
  const name = asked.toLowerCase();
  const alias = zone.cnames.get(name);
  if (alias !== undefined && type !== 'SOA') return [{ name: asked, type: 'CNAME', ttl: 5, data: alias }];
  if (type === 'SOA' && name === zone.name) return [soa(zone.name)];
  if (type === 'NS' && name === zone.name) return Object.keys(zone.servers).map((data) => ns(zone.name, data));
  if (type === 'TXT') return (zone.txt.get(name) ?? []).map((value) => txt(asked, value));
  return (zone.servers[name] ?? []).flatMap((address) => addressRecord(name, address, type));
}

/** A value over 255 bytes stands in several strings. */
function txt(name: string, value: string): Answer {
  return { name, type: 'TXT', ttl: 5, data: value.match(/.{1,255}/gs) ?? [''] };
}

function referral(child: string, servers: readonly string[], zone: TestZone): TestReply {
  const glue = servers.flatMap((name) => (zone.servers[name] ?? []).flatMap((one) => addressRecord(name, one, 'A')));
  return { authorities: servers.map((server) => ns(child, server)), additionals: glue };
}

function addressRecord(name: string, address: string, type: string): Answer[] {
  const own = address.includes(':') ? 'AAAA' : 'A';
  return own === type ? [{ name, type: own, ttl: 5, data: address }] : [];
}

function ns(name: string, data: string): Answer {
  return { name, type: 'NS', ttl: 5, data };
}

function soa(name: string): Answer {
  return { name: name === '' ? '.' : name, type: 'SOA', ttl: 5, data: { mname: 'ns.test', rname: 'admin.test' } };
}
