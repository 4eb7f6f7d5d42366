import { type DnsServerAddress, showDnsServer } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import type { Ask, Reply } from './ask.ts';
import type { DnsAnswer, DnsRecord, Question } from './message.ts';

/** Asks the servers of the settings, which ask others in turn. */
export interface Resolver {
  readonly servers: readonly DnsServerAddress[];
  /**
   * The answer of the first server that has one, a negative one included.
   * @throws WacsError ValidationSetupError saying what each server did; the signal's reason after an abort.
   */
  resolve(question: Question): Promise<DnsAnswer>;
}

/** Rounds through all servers: a single lost packet must not fail a renewal. */
const rounds = 2;

/** A resolver over these servers, in their order; one that was silent is asked last from then on. */
export function createResolver(servers: readonly DnsServerAddress[], ask: Ask, signal: AbortSignal): Resolver {
  let order = servers;
  return {
    servers,
    async resolve(question) {
      const said = new Map<string, string>();
      for (let round = 0; round < rounds; round++) {
        for (const server of order) {
          const reply = await ask(server, question, { recursion: true, signal });
          if ('answer' in reply && ['NOERROR', 'NXDOMAIN'].includes(reply.answer.rcode)) return reply.answer;
          said.set(showDnsServer(server), describe(reply));
          if ('silence' in reply) order = [...order.filter((other) => other !== server), server];
        }
      }
      throw unanswered(question, said);
    },
  };
}

function describe(reply: Reply): string {
  return 'silence' in reply ? reply.silence : `answers ${reply.answer.rcode}`;
}

function unanswered({ name, type }: Question, said: ReadonlyMap<string, string>): WacsError {
  const servers = [...said].map(([server, text]) => `${server}: ${text}`).join('; ');
  const reason = servers === '' ? 'this machine has no DNS server' : servers;
  return new WacsError('ValidationSetupError', `the DNS gives no answer about ${name} (${type}): ${reason}`, {
    hint: 'Check the DNS servers of this machine; other ones can be named in settings.json, Validation.DnsServers.',
  });
}

/** Records of a type at a name. */
export function recordsAt(records: readonly DnsRecord[], { name, type }: Question): readonly string[] {
  return records.filter((record) => record.type === type && record.name === name).map(({ value }) => value);
}

/** A name without its first label; empty for the last one. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}
