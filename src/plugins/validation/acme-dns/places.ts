import { WacsError } from '../../../core/errors.ts';
import type { PluginServices } from '../../../core/plugin.ts';

/** Values that a server keeps of a name: those that were set last. */
const placesOfName = 2;
/** How long to wait until a value is not needed any more. */
const longestWaitMs = 300_000;
const waitStepMs = 1_000;

/** The places for values of one name at one server. */
export interface Places {
  readonly server: string;
  readonly name: string;
}

/** Who holds the places of each name; the same for all renewals of the process. */
const holders = new Map<string, Set<string>>();

/**
 * Waits for a free place: a third value would push out one that the CA has yet to read.
 * @param holder may take its place again
 * @throws WacsError ValidationSetupError when none becomes free within 300 s; the signal's reason.
 */
export async function takePlace(
  places: Places,
  holder: string,
  { clock, signal }: Pick<PluginServices, 'clock' | 'signal'>,
): Promise<void> {
  const key = keyOf(places);
  const end = clock.now().getTime() + longestWaitMs;
  for (;;) {
    const held = holders.get(key) ?? new Set<string>();
    if (held.has(holder) || held.size < placesOfName) {
      holders.set(key, held.add(holder));
      return;
    }
    if (clock.now().getTime() >= end) throw noPlace(places);
    await clock.sleep(waitStepMs, signal);
  }
}

/** Makes a place free again. */
export function givePlace(places: Places, holder: string): void {
  const held = holders.get(keyOf(places));
  held?.delete(holder);
  if (held?.size === 0) holders.delete(keyOf(places));
}

function keyOf({ server, name }: Places): string {
  return `${server} ${name}`;
}

function noPlace({ name }: Places): WacsError {
  return new WacsError(
    'ValidationSetupError',
    `cannot set a TXT value of ${name}: acme-dns keeps ${placesOfName} values only, and these were in use for ${longestWaitMs / 1000} s`,
    { hint: 'Let fewer names lead to the same account by CNAME, or renew their certificates one after the other.' },
  );
}
