import type { TestContext } from 'node:test';
import type { DnsPolicy } from '../../../src/core/policies.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createAsk } from '../../../src/platform/dns/ask.ts';
import { createDnsClient } from '../../../src/platform/dns/dns-client.ts';
import { createMemoryLog } from '../../scheduler/fakes.ts';
import { startDnsServer, type TestDnsServer } from '../../support/dns/dns-server.ts';
import { authoritativeFor, createZone, resolverOf, type TestZone } from '../../support/dns/test-zone.ts';
import { freePorts } from '../../support/pebble/free-ports.ts';

/** Other systems have no more addresses of their own than 127.0.0.1. */
export const needsLinux = process.platform === 'linux' ? false : 'needs the addresses 127.0.0.2 and up';

/** Limits under which a server that says nothing costs no time. */
export const quick = { udpMs: [60, 60], tcpMs: 80 };

const usual: DnsPolicy = {
  servers: [],
  localOnly: false,
  followAliases: true,
  check: true,
  limitMs: 600,
  longestPauseMs: 100,
  settleMs: 0,
};

/** A client, a server that asks others (127.0.0.1), and two name servers of `a.test` (127.0.0.2 and 127.0.0.3). */
export async function startDnsBench(
  t: TestContext,
  options: { readonly policy?: Partial<DnsPolicy>; readonly zones?: readonly TestZone[] } = {},
) {
  const [port = 0] = await freePorts(1);
  const zone = createZone('a.test', { 'ns1.a.test': ['127.0.0.2'], 'ns2.a.test': ['127.0.0.3'] });
  const zones = [zone, ...(options.zones ?? [])];
  const start = (address: string, answering: TestDnsServer['answering']) =>
    startDnsServer(t, answering, { address, port });
  const resolver = await start('127.0.0.1', resolverOf(...zones));
  const ns1 = await start('127.0.0.2', authoritativeFor(zone));
  const ns2 = await start('127.0.0.3', authoritativeFor(zone));
  const log = createMemoryLog();
  const end = new AbortController();
  const create = (changes: Partial<DnsPolicy> = {}) =>
    createDnsClient({
      policy: { ...usual, servers: [`127.0.0.1:${port}`], ...options.policy, ...changes },
      clock: systemClock,
      log,
      signal: end.signal,
      nameServerPort: port,
      ask: createAsk(quick),
    });
  return { port, zone, resolver, ns1, ns2, log, end, create, client: create(), start };
}

/** The record of the tests. */
export const record = { name: '_acme-challenge.www.a.test', value: 'the-Value_1' } as const;
