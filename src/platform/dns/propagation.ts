import type { TxtRecord } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Ask } from './ask.ts';
import { type Look, lookAt } from './look.ts';
import type { NameServer } from './name-servers.ts';

/** A record that is waited for. */
export interface Watch {
  readonly record: TxtRecord;
  readonly servers: readonly NameServer[];
  /** Whose servers they are, for people, such as `the name servers of example.com`. */
  readonly whose: string;
  /** Whether they are those of the zone itself, and not others that ask them. */
  readonly authoritative: boolean;
}

/** What waiting needs. */
export interface WatchServices {
  readonly ask: Ask;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly longestPauseMs: number;
}

const firstPauseMs = 250;
/** Looks in a row after which a server counts as one that a CA cannot ask either. */
const patience = 3;
const firstProgressMs = 10_000;
const progressMs = 30_000;

/**
 * Asks all servers again and again until every one that answers for the zone shows the value, all in the same round. One
 * that is out of reach, broken or not in charge (lame) does not hold up a CA, whose resolver passes it over: after three
 * looks in a row it is left aside, provided another one shows the value; an address of a server at once, when another
 * address of the same shows it.
 * @returns the servers that were left aside
 * @throws WacsError ValidationSetupError at the limit, with what each server said; the signal's reason after an abort.
 */
export async function watchRecord(watch: Watch, services: WatchServices): Promise<readonly Look[]> {
  const { clock, signal, limitMs, longestPauseMs } = services;
  const startedAt = performance.now();
  const uselessFor = new Map<string, number>();
  let nextProgressMs = firstProgressMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const looks = await lookAround(watch, services);
    for (const { label, kind } of looks)
      uselessFor.set(label, kind === 'useless' ? (uselessFor.get(label) ?? 0) + 1 : 0);
    const waiting = looks.filter((look) => !isDone(look, looks, uselessFor.get(look.label) ?? 0));
    if (waiting.length === 0 && looks.some(({ kind }) => kind === 'shown'))
      return looks.filter((look) => look.kind === 'useless' && !showsElsewhere(look, looks));
    const waitedMs = performance.now() - startedAt;
    if (waitedMs >= limitMs) throw notShown(watch, looks, limitMs);
    if (waitedMs >= nextProgressMs) {
      nextProgressMs = waitedMs + progressMs;
      tellProgress(watch, looks, { waitedMs, ...services });
    }
    await clock.sleep(Math.min(pauseMs, limitMs - waitedMs), signal);
  }
}

function lookAround({ record, servers, authoritative }: Watch, { ask, signal }: WatchServices): Promise<Look[]> {
  return Promise.all(servers.map((server) => lookAt(server, record, ask, { authoritative, signal })));
}

function isDone(look: Look, looks: readonly Look[], uselessFor: number): boolean {
  const { kind, final } = look;
  if (kind !== 'useless') return kind === 'shown';
  return final || uselessFor >= patience || showsElsewhere(look, looks);
}

/** The same server shows the value at another of its addresses, such as where IPv6 does not get through. */
function showsElsewhere({ name }: Look, looks: readonly Look[]): boolean {
  return looks.some((other) => other.name === name && other.kind === 'shown');
}

function tellProgress(
  { record }: Watch,
  looks: readonly Look[],
  { log, waitedMs, limitMs }: WatchServices & { readonly waitedMs: number },
): void {
  const seconds = `${Math.round(waitedMs / 1000)} of ${Math.round(limitMs / 1000)} s`;
  log.info(`still waiting for the TXT record ${record.name} (${seconds}): ${said(looks)}`);
}

function notShown({ record, whose }: Watch, looks: readonly Look[], limitMs: number): WacsError {
  const seconds = Math.round(limitMs / 1000);
  if (looks.every(({ kind }) => kind === 'useless'))
    return noneToAsk(whose, `${record.name}, for ${seconds} s: ${said(looks)}`);
  return new WacsError(
    'ValidationSetupError',
    `the TXT record ${record.name} is not on all of ${whose} after ${seconds} s: ${said(looks)}`,
    {
      hint: 'Check that the record was made in the zone that these servers serve. For a DNS service that takes longer, raise PreValidateDnsRetryCount in settings.json, Validation; where DNS has two sides, see DnsServers there.',
    },
  );
}

/** The failure when no server is of any use. @param rest the name of the record, and what the servers say */
export function noneToAsk(whose: string, rest: string): WacsError {
  return new WacsError('ValidationSetupError', `none of ${whose} can be asked for the TXT record ${rest}`, {
    hint: 'Allow DNS (port 53, UDP and TCP) from this machine to these servers. Where that is not possible, see PreValidateDnsLocal and PreValidateDns in settings.json, Validation.',
  });
}

/** What the servers say that do not show the record. */
function said(looks: readonly Look[]): string {
  const others = looks.filter(({ kind }) => kind !== 'shown').map(({ label, text }) => `${label} ${text}`);
  return others.length === 0 ? 'there is none' : others.join('; ');
}
