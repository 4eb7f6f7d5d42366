import { ensureBind } from '../bind/fetch-bind.ts';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { ensurePebble } from '../pebble/fetch-pebble.ts';
import { ensureWine } from '../wine/ensure-wine.ts';
import { installPackages } from '../wine/install-packages.ts';
import type { Requirement } from './tiers.ts';

/** Settles, never by rejecting, with why the requirement is not to be had; undefined when it is there. */
export type Preparation = Promise<string | undefined>;

const ensure: Record<Requirement, (progress: (line: string) => void) => Promise<unknown>> = {
  pebble: ensureAuthorityAndDns,
  wine: ensureWine,
};

/** A DNS server that is not to be had is for the tests to skip that ask for it. */
async function ensureAuthorityAndDns(progress: (line: string) => void): Promise<void> {
  await ensurePebble(progress);
  await ensureBind(progress).catch((error: unknown) => {
    progress(`bind9: ${error instanceof EnvironmentUnavailable ? error.reason : error}`);
  });
}

/**
 * Gets the second opinion on keys and PKCS#12 files that tests of several tiers ask for. Without it they skip
 * themselves, so this never rejects.
 */
export async function installTools(): Promise<void> {
  try {
    await installPackages([{ name: 'openssl', program: '/usr/bin/openssl' }], (line) => console.log(`[${line}]`));
  } catch (error) {
    console.log(`[openssl: ${error instanceof EnvironmentUnavailable ? error.reason : error}]`);
  }
}

/**
 * Starts getting what tiers need, one after the other: the first is needed first, and all load the same disk.
 * @param tools what has to be over before, because two apt-get get in each other's way
 */
export function prepare(requirements: readonly Requirement[], tools: Promise<void>): Map<Requirement, Preparation> {
  const preparations = new Map<Requirement, Preparation>();
  let before: Promise<unknown> = tools;
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
