import { type DnsClient, dnsPort, showDnsServer } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import type { DnsPolicy } from '../../core/policies.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { type Ask, createAsk } from './ask.ts';
import { exchangeDirectly } from './direct-exchange.ts';
import { type Watch, watchRecord } from './propagation.ts';
import { readTxt } from './read-txt.ts';
import { createResolver, type Resolver, recordsAt } from './resolver.ts';
import { configuredServers } from './servers.ts';
import { createZones, type Zones } from './zones.ts';

/** What a DNS client needs. */
export interface DnsClientOptions {
  readonly policy: DnsPolicy;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  /** Where the name servers of zones listen; for tests, which cannot have port 53. */
  readonly nameServerPort?: number;
  readonly ask?: Ask;
}

/** CNAMEs that are followed from one name. */
const longestChain = 8;

/** A DNS client by `dns-packet` over sockets: it sees who answers for a zone, which the resolver of the system hides. */
export function createDnsClient(options: DnsClientOptions): DnsClient {
  const ask = options.ask ?? createAsk();
  const { policy, signal } = options;
  const resolver = createResolver(configuredServers(policy.servers), ask, signal);
  const port = options.nameServerPort ?? dnsPort;
  const zones = createZones({ resolver, ask, signal, port });
  const parts: Parts = { ...options, ask, resolver, zones, told: new Set() };
  return {
    followAliases: (name) => (policy.followAliases ? followAliases(name, parts) : Promise.resolve(name)),
    findZone: async (name) => (policy.localOnly ? zones.around(name) : (await zones.locate(name)).name),
    async waitForTxt(record, limitMs) {
      if (policy.check || limitMs !== undefined) {
        const watch = { record, ...(await serversFor(record.name, parts)) };
        await waitForRecord(watch, limitMs ?? policy.limitMs, parts);
      }
      await options.clock.sleep(policy.settleMs, signal);
    },
    async readTxt(name) {
      if (!policy.check) return undefined;
      const target = await followAliases(name, parts);
      return readTxt(target, await serversFor(target, parts), { ask, signal });
    },
    exchange: exchangeDirectly,
  };
}

interface Parts extends DnsClientOptions {
  readonly ask: Ask;
  readonly resolver: Resolver;
  readonly zones: Zones;
  /** Warnings that were given. */
  readonly told: Set<string>;
}

async function followAliases(start: string, parts: Parts): Promise<string> {
  const seen = [start];
  for (let name = start; ; ) {
    const target = await aliasAt(name, parts);
    if (target === undefined) return name;
    if (seen.includes(target)) throw chainFailure(seen, `leads back to ${target}`);
    if (seen.length > longestChain) throw chainFailure(seen, `is longer than ${longestChain}`);
    seen.push(target);
    name = target;
  }
}

/** The name servers of the zone know best; where they cannot be found or asked, others know, too. */
async function aliasAt(name: string, { policy, resolver, zones, log }: Parts): Promise<string | undefined> {
  const question = { name, type: 'CNAME' } as const;
  const answer = policy.localOnly ? undefined : await zones.locate(name).then(answerOf, tellAndGoOn);
  const { answers } = answer ?? (await resolver.resolve(question));
  return recordsAt(answers, question)[0];

  function tellAndGoOn(error: unknown): undefined {
    if (!(error instanceof WacsError) || error.code !== 'ValidationSetupError') throw error;
    log.verbose(`${name}: ${error.message}`);
  }
}

function answerOf<Answer>({ answer }: { readonly answer?: Answer }): Answer | undefined {
  return answer;
}

function chainFailure(seen: readonly string[], problem: string): WacsError {
  return new WacsError('ValidationSetupError', `the chain of CNAMEs ${seen.join(' -> ')} ${problem}`, {
    hint: `Correct the CNAME records that start at ${seen[0]}.`,
  });
}

function serversFor(name: string, parts: Parts): Promise<Omit<Watch, 'record'>> {
  return parts.policy.localOnly ? Promise.resolve(localServers(parts)) : zoneServers(name, parts);
}

async function zoneServers(name: string, { zones }: Parts): Promise<Omit<Watch, 'record'>> {
  const zone = await zones.locate(name);
  return { servers: zone.servers, whose: `the name servers of ${zone.name}`, authoritative: true };
}

function localServers({ resolver }: Parts): Omit<Watch, 'record'> {
  const servers = resolver.servers.map((target) => {
    const label = showDnsServer(target);
    return { name: label, label, target };
  });
  return { servers, whose: 'the DNS servers of the settings', authoritative: false };
}

async function waitForRecord(watch: Watch, limitMs: number, parts: Parts): Promise<void> {
  const { log, policy, told } = parts;
  const { servers, whose, record } = watch;
  log.verbose(`${record.name}: asking ${whose}: ${servers.map(({ label }) => label).join(', ')}`);
  const aside = await watchRecord(watch, { ...parts, limitMs, longestPauseMs: policy.longestPauseMs });
  for (const { label, text } of aside) {
    const warning = `of ${whose}, ${label} ${text}; it was left aside, as others show the record`;
    if (!told.has(warning)) log.warning(warning);
    told.add(warning);
  }
  log.verbose(`${record.name}: ${whose} show the record`);
}
