import type { TxtRecord } from '../../core/dns.ts';
import { oneLine } from '../../core/problem.ts';
import type { Ask } from './ask.ts';
import type { DnsAnswer } from './message.ts';
import type { NameServer } from './name-servers.ts';
import { recordsAt } from './resolver.ts';

/**
 * What one server says of a record: it shows the value; it answers for the zone and does not (`lacking`), so a CA that
 * asks it fails; or it is of no use for the zone (`useless`), and a CA asks another one.
 */
export interface Look {
  /** Name of the server, which may have other addresses too. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'shown' | 'lacking' | 'useless';
  /** What it said, to be read after the label. */
  readonly text: string;
  /** There is nothing to ask: no second look can be better. */
  readonly final: boolean;
}

/** How a record is looked for. */
export interface LookOptions {
  /** Whether the servers are those of the zone itself, and not others that ask them. */
  readonly authoritative: boolean;
  readonly signal: AbortSignal;
}

const shownValues = 3;
const shownLength = 60;

/** Asks one server for the record. @throws the signal's reason after an abort. */
export async function lookAt(
  server: NameServer,
  record: TxtRecord,
  ask: Ask,
  { authoritative, signal }: LookOptions,
): Promise<Look> {
  const { name, label, target } = server;
  if ('silence' in target)
    return { name, label, kind: 'useless', text: `cannot be asked: ${target.silence}`, final: true };
  const question = { name: record.name, type: 'TXT' } as const;
  const reply = await ask(target, question, { recursion: !authoritative, signal });
  if ('silence' in reply)
    return { name, label, kind: 'useless', text: `cannot be asked: ${reply.silence}`, final: false };
  return { name, label, final: false, ...verdict(reply.answer, record, authoritative) };
}

function verdict(answer: DnsAnswer, { name, value }: TxtRecord, authoritative: boolean): Pick<Look, 'kind' | 'text'> {
  const values = answer.answers.filter(({ type }) => type === 'TXT').map((record) => record.value);
  if (values.includes(value)) return { kind: 'shown', text: 'shows it' };
  const flaw = uselessness(answer, authoritative);
  if (flaw !== undefined) return { kind: 'useless', text: flaw };
  const [alias] = recordsAt(answer.answers, { name, type: 'CNAME' });
  if (alias !== undefined) return { kind: 'lacking', text: `has an alias (CNAME) to ${oneLine(alias)} there` };
  if (values.length > 0) return { kind: 'lacking', text: `has other values: ${listed(values)}` };
  return { kind: 'lacking', text: answer.rcode === 'NXDOMAIN' ? 'has no such name' : 'has no TXT record there' };
}

/** Why a server is of no use for the zone, to be read after its label; undefined when it answers for it. */
export function uselessness(answer: DnsAnswer, authoritative: boolean): string | undefined {
  if (!['NOERROR', 'NXDOMAIN'].includes(answer.rcode)) return `answers ${answer.rcode}`;
  const isLame = authoritative && !answer.authoritative && answer.answers.length === 0;
  return isLame ? 'does not answer for the zone (lame delegation)' : undefined;
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, shownValues).map((value) => `"${oneLine(value).slice(0, shownLength)}"`);
  return values.length > shownValues ? `${shown.join(', ')} and ${values.length - shownValues} more` : shown.join(', ');
}
