import { getServers } from 'node:dns';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type DnsServerAddress, parseDnsServer, showDnsServer } from '../../core/dns.ts';
import { isVersion6 } from './transport.ts';

/** The servers of the system, by their word in the settings. */
const system = '[system]';

/**
 * The servers that the settings name, in their order and without repetition.
 * @param systemServers what stands for `[System]`, in the form of `node:dns`
 */
export function configuredServers(
  names: readonly string[],
  systemServers: () => readonly string[] = getServers,
): readonly DnsServerAddress[] {
  const texts = names.flatMap((name) => (name.toLowerCase() === system ? systemServers() : [name]));
  const servers = texts.flatMap((text) => parseDnsServer(text) ?? []);
  return [...new Map(servers.map((server) => [showDnsServer(server), server])).values()];
}

/**
 * Whether this machine has an address of the same kind, with which it could reach the other. A system that does not tell
 * its addresses leaves it to be tried.
 */
export function canReach(address: string, interfaces = networkInterfaces): boolean {
  const family = isVersion6(address) ? 'IPv6' : 'IPv4';
  const own = ownAddresses(interfaces);
  if (own === undefined) return true;
  if (isLoopback(address)) return own.some((one) => one.family === family && one.internal);
  return own.some((one) => one.family === family && !one.internal && !/^(?:fe80:|169\.254\.)/i.test(one.address));
}

function ownAddresses(interfaces: typeof networkInterfaces): readonly NetworkInterfaceInfo[] | undefined {
  try {
    return Object.values(interfaces()).flatMap((list) => list ?? []);
  } catch {
    return undefined;
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
