import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { ensurePebble } from '../pebble/fetch-pebble.ts';
import { ensureWine } from '../wine/ensure-wine.ts';
import type { Requirement } from './tiers.ts';

/** Settles, never by rejecting, with why the requirement is not to be had; undefined when it is there. */
export type Preparation = Promise<string | undefined>;

const ensure: Record<Requirement, (progress: (line: string) => void) => Promise<unknown>> = {
  pebble: ensurePebble,
  wine: ensureWine,
};

/** Starts getting what tiers need, one after the other: the first is needed first, and both load the same disk. */
export function prepare(requirements: readonly Requirement[]): Map<Requirement, Preparation> {
  const preparations = new Map<Requirement, Preparation>();
  let before: Promise<unknown> = Promise.resolve();
  for (const requirement of requirements) {
    const preparation = before.then(() => get(requirement));
    preparations.set(requirement, preparation);
    before = preparation;
  }
  return preparations;
}

async function get(requirement: Requirement): Preparation {
  try {
    await ensure[requirement]((line) => console.log(`[${line}]`));
    return undefined;
  } catch (error) {
    if (error instanceof EnvironmentUnavailable) return error.reason;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
