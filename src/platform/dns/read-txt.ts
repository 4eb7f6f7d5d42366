import type { TxtReading } from '../../core/dns.ts';
import type { Ask } from './ask.ts';
import { uselessness } from './look.ts';
import type { NameServer } from './name-servers.ts';
import { noneToAsk, type Watch } from './propagation.ts';

/** What reading needs. */
export interface ReadServices {
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

interface Read {
  readonly label: string;
  /** Undefined with a flaw. */
  readonly values?: readonly string[];
  readonly flaw?: string;
}

/**
 * Asks all servers once for the TXT values of a name; those that are of no use for the zone are left out.
 * @throws WacsError ValidationSetupError when all are; the signal's reason after an abort.
 */
export async function readTxt(
  name: string,
  { servers, whose, authoritative }: Omit<Watch, 'record'>,
  services: ReadServices,
): Promise<TxtReading> {
  const reads = await Promise.all(servers.map((server) => readFrom(server, name, authoritative, services)));
  const useful = reads.flatMap(({ label, values }) => (values === undefined ? [] : [{ label, values }]));
  if (useful.length > 0) return { name, servers: useful };
  const flaws = reads.map(({ label, flaw }) => `${label} ${flaw}`);
  throw noneToAsk(whose, `${name}: ${flaws.length === 0 ? 'there is none' : flaws.join('; ')}`);
}

async function readFrom(
  { label, target }: NameServer,
  name: string,
  authoritative: boolean,
  { ask, signal }: ReadServices,
): Promise<Read> {
  if ('silence' in target) return { label, flaw: `cannot be asked: ${target.silence}` };
  const reply = await ask(target, { name, type: 'TXT' }, { recursion: !authoritative, signal });
  if ('silence' in reply) return { label, flaw: `cannot be asked: ${reply.silence}` };
  const flaw = uselessness(reply.answer, authoritative);
  if (flaw !== undefined) return { label, flaw };
  return { label, values: reply.answer.answers.filter(({ type }) => type === 'TXT').map(({ value }) => value) };
}
