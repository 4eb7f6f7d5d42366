import { alignParts } from './align-parts.ts';
import { createLimiter, settleBounded } from './bounded.ts';
import { toWacsError, type WacsError } from './errors.ts';
import { certificatesOf, fileIdOf, titleOf, viewOf } from './part.ts';
import { readWishes, type WishedCertificates } from './read-wishes.ts';
import { type PartOutcome, processPart, recordFailure } from './renew-part.ts';
import type { RenewalOutcome, RenewOptions, RenewServices } from './renew-services.ts';
import type { Renewal } from './renewal.ts';
import { createKeeper, type RenewalKeeper } from './renewal-keeper.ts';

/**
 * Does what is due for one renewal, certificate by certificate, and records it: nothing, a deployment that failed
 * before, or a new certificate and its deployment. Several certificates are ordered side by side and deployed one after
 * another; one that fails does not stop the others. Failures are part of the outcomes; only an interruption is thrown.
 * @returns one outcome for each certificate
 */
export async function processRenewal(
  renewal: Renewal,
  options: RenewOptions,
  services: RenewServices,
): Promise<readonly RenewalOutcome[]> {
  const keeper = createKeeper(renewal, services.renewals);
  const outcomes = await processAll(keeper, options, services);
  return outcomes.map((outcome) => ({ ...outcome, renewal: keeper.current() }));
}

async function processAll(
  keeper: RenewalKeeper,
  options: RenewOptions,
  services: RenewServices,
): Promise<readonly PartOutcome[]> {
  let wishes: WishedCertificates;
  try {
    wishes = await openParts(keeper, services);
  } catch (error) {
    return failAll(keeper, toWacsError(error), services);
  }
  const { csr, parts } = wishes;
  const partServices = { ...services, options, keeper, limitDeployments: createLimiter(1) };
  const results = await settleBounded(parts, parts.length, ({ name, target }) =>
    services.limitCertificates(() => processPart({ part: name, target, csr }, partServices)),
  );
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Each certificate is on record before anything is done for it, so that none of its files can be forgotten. */
async function openParts(keeper: RenewalKeeper, services: RenewServices): Promise<WishedCertificates> {
  const { plan } = keeper.current();
  const wishes = await readWishes(plan, services.plans);
  const { renewal, gone } = alignParts(
    keeper.current(),
    wishes.parts.map(({ name }) => name),
  );
  for (const part of gone) await forgetPart(keeper.current(), part, services);
  if (renewal !== keeper.current()) await keeper.keep(renewal);
  return wishes;
}

/** Files that cannot be removed do no harm to the certificates that are still wanted. */
async function forgetPart(renewal: Renewal, part: string | undefined, services: RenewServices): Promise<void> {
  const { orders, cache, log } = services;
  const fileId = fileIdOf(renewal.id, part);
  const stays = viewOf(renewal, part).state.certificate === undefined ? '' : '; it stays in the stores';
  log.info(`renewal "${renewal.friendlyName}": no certificate for ${part ?? 'all hosts'} any more${stays}`);
  try {
    await orders.remove(fileId);
    await cache.remove(fileId);
  } catch (error) {
    log.warning(`cannot remove what was kept of "${titleOf(renewal, part)}": ${toWacsError(error).message}`);
  }
}

/** Without a target nothing can be said of a single certificate: all that are on record have failed. */
async function failAll(
  keeper: RenewalKeeper,
  failure: WacsError,
  services: RenewServices,
): Promise<readonly PartOutcome[]> {
  if (failure.code === 'Interrupted') throw failure;
  const all = certificatesOf(keeper.current());
  for (const { part } of all) await recordFailure(keeper, part, failure, services);
  return all.map(({ view: _, ...named }) => ({ ...named, result: 'failed', error: failure }));
}
