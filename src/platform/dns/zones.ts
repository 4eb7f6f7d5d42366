import { isWithin } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import type { Ask } from './ask.ts';
import type { DnsAnswer } from './message.ts';
import { type NameServer, type NameServerSource, nameServersOf, serversByName } from './name-servers.ts';
import { parentOf, recordsAt } from './resolver.ts';

/** The zone a name lies in, as its own name servers tell. */
export interface Zone {
  readonly name: string;
  readonly servers: readonly NameServer[];
  /** Their answer to the question for a CNAME at the name; undefined when none of them can be asked. */
  readonly answer?: DnsAnswer;
}

/** Finds zones; what was found stays known for the run. */
export interface Zones {
  /**
   * The zone around a name, by servers that ask others. The name itself is never asked for: such servers would remember
   * for minutes that it is not there, and a CA may ask the same ones.
   * @throws WacsError ValidationSetupError.
   */
  around(name: string): Promise<string>;
  /** The zone of a name with its name servers, zones that are delegated below included. @throws WacsError ValidationSetupError. */
  locate(name: string): Promise<Zone>;
}

/** What zones are found with. */
export interface ZoneSource extends NameServerSource {
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/** Delegations that are followed from a zone to the ones below. */
const deepest = 8;

/** Zones as seen from this machine. */
export function createZones(source: ZoneSource): Zones {
  const around = remembered((name) => findAround(name, source));
  const serversOf = remembered((zone) => nameServersOf(zone, source));
  return {
    around: (name) => around(parentOf(name) === '' ? name : parentOf(name)),
    async locate(name) {
      const start = await around(parentOf(name) === '' ? name : parentOf(name));
      let zone: Zone = { name: start, servers: await serversOf(start) };
      for (let depth = 0; depth < deepest; depth++) {
        const answer = await firstAnswer(name, zone, source);
        if (answer === undefined) return unasked(name, zone, serversOf, source);
        const below = zoneBelow(answer, name, zone.name);
        if (below === undefined) return { ...zone, answer };
        const servers =
          below.names.length > 0
            ? await serversByName(below.names, answer.additionals, source)
            : await serversOf(below.zone);
        zone = { name: below.zone, servers };
      }
      return zone;
    },
  };
}

/** Without a word from the zone's servers, others may know that the name is a zone of its own. */
async function unasked(
  name: string,
  zone: Zone,
  serversOf: (zone: string) => Promise<readonly NameServer[]>,
  { resolver }: ZoneSource,
): Promise<Zone> {
  const { answers } = await resolver.resolve({ name, type: 'SOA' });
  const isZone = name !== zone.name && recordsAt(answers, { name, type: 'SOA' }).length > 0;
  return isZone ? { name, servers: await serversOf(name) } : zone;
}

function remembered<Value>(find: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (name) => {
    const value = known.get(name) ?? find(name);
    known.set(name, value);
    // What went wrong may go right the next time.
    value.catch(() => known.delete(name));
    return value;
  };
}

async function findAround(name: string, { resolver }: ZoneSource): Promise<string> {
  for (let candidate = name; candidate !== ''; candidate = parentOf(candidate)) {
    // Names with an underscore are made for validation: whether one is there must not be remembered by anybody.
    if (candidate.startsWith('_') && parentOf(candidate) !== '') continue;
    const { answers, authorities } = await resolver.resolve({ name: candidate, type: 'SOA' });
    if (recordsAt(answers, { name: candidate, type: 'SOA' }).length > 0) return candidate;
    const zone = answers.length > 0 ? undefined : zoneOf(authorities, candidate);
    if (zone !== undefined && zone !== '') return zone;
  }
  throw new WacsError('ValidationSetupError', `there is no DNS zone for ${name}`, {
    hint: 'Check the spelling of the name. Where DNS has two sides, name the servers of the right one in settings.json, Validation.DnsServers.',
  });
}

/** A negative answer names the zone it is for (RFC 2308 section 3). */
function zoneOf(authorities: DnsAnswer['authorities'], name: string): string | undefined {
  return authorities.find((record) => record.type === 'SOA' && isWithin(name, record.name))?.name;
}

/** The answer of the quickest server that answers for the zone, or knows who does. */
async function firstAnswer(name: string, zone: Zone, { ask, signal }: ZoneSource): Promise<DnsAnswer | undefined> {
  const enough = new AbortController();
  const options = { recursion: false, signal: AbortSignal.any([signal, enough.signal]) };
  const asking = zone.servers.map(async ({ target }) => {
    const reply = 'silence' in target ? target : await ask(target, { name, type: 'CNAME' }, options);
    if ('answer' in reply && knowsZone(reply.answer, name, zone.name)) return reply.answer;
    throw new Error('it cannot tell');
  });
  try {
    return await Promise.any(asking);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    enough.abort();
  }
}

function knowsZone(answer: DnsAnswer, name: string, zone: string): boolean {
  const answersForIt = answer.authoritative && ['NOERROR', 'NXDOMAIN'].includes(answer.rcode);
  return answersForIt || zoneBelow(answer, name, zone) !== undefined;
}

interface Delegation {
  readonly zone: string;
  /** Its name servers, when the answer tells them. */
  readonly names: readonly string[];
}

/** A zone below the one that was asked: by referral, or because the server has it too and answers for it. */
function zoneBelow(answer: DnsAnswer, name: string, zone: string): Delegation | undefined {
  const isBelow = (other: string): boolean => other !== zone && isWithin(name, other) && isWithin(other, zone);
  if (answer.answers.length > 0) return undefined;
  if (answer.authoritative) {
    const own = zoneOf(answer.authorities, name);
    return own !== undefined && isBelow(own) ? { zone: own, names: [] } : undefined;
  }
  const referral = answer.authorities.filter((record) => record.type === 'NS' && isBelow(record.name));
  const [first] = referral;
  if (first === undefined) return undefined;
  return { zone: first.name, names: referral.filter((one) => one.name === first.name).map(({ value }) => value) };
}
