import { randomInt } from 'node:crypto';
import type { DnsServerAddress } from '../../core/dns.ts';
import { type DnsAnswer, decodeAnswer, encodeQuery, isTruncated, type Question } from './message.ts';
import { exchangeTcp, exchangeUdp, isUnroutable, silenceReason } from './transport.ts';

/** What came of a question: an answer, of whatever kind, or the reason why there is none. */
export type Reply = { readonly answer: DnsAnswer } | { readonly silence: string };

/** How long a server has, milliseconds. */
export interface AskLimits {
  /** One attempt by UDP for each. */
  readonly udpMs: readonly number[];
  readonly tcpMs: number;
}

/** How a question is put. */
export interface AskOptions {
  /** Whether the server is to ask others. */
  readonly recursion: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Puts one question to one server. @throws only the signal's reason. */
export type Ask = (server: DnsServerAddress, question: Question, options: AskOptions) => Promise<Reply>;

/** Limits for servers anywhere on the internet. */
export const usualLimits: AskLimits = { udpMs: [1500, 3000], tcpMs: 3000 };

/**
 * Asks by UDP, and by TCP when the answer is truncated or none comes: some networks let only one of them through. A server
 * that does not know EDNS is asked without.
 */
export function createAsk(limits: AskLimits = usualLimits): Ask {
  return async (server, question, options) => {
    const reply = await askOnce({ server, question, edns: true, limits }, options);
    if ('silence' in reply || !['FORMERR', 'NOTIMP'].includes(reply.answer.rcode)) return reply;
    return askOnce({ server, question, edns: false, limits }, options);
  };
}

interface Query {
  readonly server: DnsServerAddress;
  readonly question: Question;
  readonly edns: boolean;
  readonly limits: AskLimits;
}

async function askOnce(query: Query, { recursion, signal }: AskOptions): Promise<Reply> {
  const { server, question, edns, limits } = query;
  const message = encodeQuery(question, { id: randomInt(0x10000), recursion, edns });
  const byUdp = await tryAll(limits.udpMs, (timeoutMs) => exchangeUdp(server, message, { timeoutMs, signal }), signal);
  if ('bytes' in byUdp && !isTruncated(byUdp.bytes)) return read(byUdp.bytes, question);
  if ('error' in byUdp && isUnroutable(byUdp.error)) return { silence: silenceReason(byUdp.error) };
  const { tcpMs } = limits;
  const byTcp = await tryAll([tcpMs], (timeoutMs) => exchangeTcp(server, message, { timeoutMs, signal }), signal);
  if ('bytes' in byTcp) return read(byTcp.bytes, question);
  const udp = 'error' in byUdp ? silenceReason(byUdp.error) : 'the answer is truncated';
  return { silence: `${udp} by UDP, ${silenceReason(byTcp.error)} by TCP` };
}

type Attempt = { readonly bytes: Uint8Array } | { readonly error: unknown };

async function tryAll(
  timeouts: readonly number[],
  exchange: (timeoutMs: number) => Promise<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  let attempt: Attempt = { error: new Error('not tried') };
  for (const timeoutMs of timeouts) {
    try {
      return { bytes: await exchange(timeoutMs) };
    } catch (error) {
      signal?.throwIfAborted();
      attempt = { error };
      // Nobody there, or no way there: waiting longer does not help.
      if (error instanceof Error && 'code' in error) return attempt;
    }
  }
  return attempt;
}

function read(bytes: Uint8Array, question: Question): Reply {
  try {
    return { answer: decodeAnswer(bytes, question) };
  } catch {
    return { silence: 'its answer cannot be read' };
  }
}
