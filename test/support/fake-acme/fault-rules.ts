import type { Exchange } from './exchange.ts';
import type { JsonObject } from './json.ts';
import type { ResourceKind } from './resources.ts';

/** Something that goes wrong with a request, made by the functions of faults.ts. */
export interface Fault {
  readonly name: string;
  /** `headers`: applied as soon as the headers have come, before the body is read. Default: `body`. */
  readonly phase?: 'headers' | 'body';
  /** Answers the request, or does not. */
  apply(exchange: Exchange): Promise<void> | void;
}

/** When a fault applies. */
export interface FaultRule {
  readonly on: ResourceKind | readonly ResourceKind[];
  readonly fault: Fault;
  /** How many requests it hits; default 1; Infinity for all. */
  readonly times?: number;
  /** How many matching requests pass first; default 0. */
  readonly after?: number;
  /** Further condition on the JWS payload (empty object when there is none); not for faults of the `headers` phase. */
  readonly when?: (payload: JsonObject) => boolean;
}

/** A rule with its counters. */
export interface ActiveRule extends FaultRule {
  /** Matching requests so far. */
  seen: number;
  /** Requests hit so far. */
  hits: number;
}

/** What rules are matched against. */
export interface FaultSubject {
  readonly kind: ResourceKind;
  readonly phase: 'headers' | 'body';
  readonly payload: JsonObject | undefined;
}

/**
 * Finds the fault for a request and counts. Every matching rule sees the request; the first in order of injection that
 * has let enough pass and is not used up applies.
 */
export function takeFault(rules: readonly ActiveRule[], subject: FaultSubject): Fault | undefined {
  const matching = rules.filter((rule) => matches(rule, subject));
  for (const rule of matching) rule.seen += 1;
  const chosen = matching.find((rule) => rule.seen > (rule.after ?? 0) && rule.hits < (rule.times ?? 1));
  if (chosen === undefined) return undefined;
  chosen.hits += 1;
  return chosen.fault;
}

function matches({ on, fault, when }: ActiveRule, { kind, phase, payload }: FaultSubject): boolean {
  if (![on].flat().includes(kind) || (fault.phase ?? 'body') !== phase) return false;
  return when === undefined || phase === 'headers' || when(payload ?? {});
}
