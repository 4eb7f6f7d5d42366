import { toWacsError } from '../../core/errors.ts';
import type { PluginServices } from '../../core/plugin.ts';

/** Pauses before further attempts, milliseconds. */
const pauses = [1_000, 3_000, 10_000];

/**
 * Works on a folder. One on a network share (`\\server\share`) may be away for a moment, for instance while a file
 * server moves to another node: there are further attempts then. Everywhere else a failure stands.
 */
export async function onShare<Result>(
  folder: string,
  work: () => Promise<Result>,
  { clock, log, signal }: PluginServices,
): Promise<Result> {
  const isShare = /^[\\/]{2}[^\\/?.]/.test(folder);
  for (const pause of isShare ? pauses : []) {
    try {
      return await work();
    } catch (error) {
      log.warning(`${toWacsError(error).message}; next attempt in ${pause / 1000} s`);
      await clock.sleep(pause, signal);
    }
  }
  return work();
}
