import type { AcmeAuthorization, AcmeChallenge, CertificateAuthority } from './acme.ts';
import type { Limiter } from './bounded.ts';
import { isTransient, toWacsError, WacsError } from './errors.ts';
import { displayName } from './identifier.ts';
import type { ChallengeTask, ValidationPlugin } from './plugin.ts';
import type { Log } from './ports.ts';
import { validationFailure } from './problem.ts';

/** What validation needs. */
export interface ValidationServices {
  readonly authority: CertificateAuthority;
  readonly validation: ValidationPlugin;
  /** Bounds the names that a run validates at the same time, over all orders. */
  readonly limitValidations: Limiter;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Validates the authorizations of one order side by side: publish, answer, wait, always clean up. All names are tried,
 * so that one run shows every reason; those still pending after a failure for good are given up.
 * @throws WacsError ValidationFailed, ValidationSetupError, AcmeTimeout; for several names with different causes
 * MultipleFailures, with each name's own in `details.failures`.
 */
export async function validateAuthorizations(urls: readonly string[], services: ValidationServices): Promise<void> {
  const results = await settleAll(urls, services, (url) => validateOne(url, services));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [toWacsError(result.reason)] : []));
  if (failures.length === 0) return;
  const mayGoOn = failures.every((failure) => isTransient(failure) || failure.code === 'Interrupted');
  if (!mayGoOn) await giveUp(urls, services);
  throw combineNames(failures, urls.length);
}

function settleAll(
  urls: readonly string[],
  { limitValidations }: ValidationServices,
  work: (url: string) => Promise<void>,
): Promise<PromiseSettledResult<void>[]> {
  return Promise.allSettled(urls.map((url) => limitValidations(() => work(url))));
}

async function validateOne(url: string, services: ValidationServices): Promise<void> {
  const authorization = await services.authority.getAuthorization(url);
  const name = displayName(authorization.identifier);
  if (authorization.status === 'valid') {
    services.log.verbose(`${name}: already validated`);
    return;
  }
  if (authorization.status !== 'pending')
    throw validationFailure(name, problemOf(authorization), services.validation.challengeType);
  const challenge = chooseChallenge(authorization, services.validation);
  await answer(authorization, challenge, services);
}

async function answer(
  authorization: AcmeAuthorization,
  challenge: AcmeChallenge,
  services: ValidationServices,
): Promise<void> {
  const { authority, validation, log, signal } = services;
  const name = displayName(authorization.identifier);
  const keyAuthorization = await authority.keyAuthorization(challenge);
  const { token, persist } = challenge;
  const task: ChallengeTask = {
    ...{ identifier: authorization.identifier, token, keyAuthorization },
    ...(persist === undefined ? {} : { persist }),
  };
  signal.throwIfAborted();
  try {
    log.info(`${name}: validating by ${validation.challengeType}`);
    await validation.prepare(task);
    signal.throwIfAborted();
    // One that was answered by an interrupted run takes no second answer (RFC 8555 section 7.1.6).
    if (challenge.status !== 'processing') await authority.answerChallenge(challenge.url);
    const settled = await authority.waitForAuthorization(authorization.url);
    if (settled.status !== 'valid') throw validationFailure(name, problemOf(settled), validation.challengeType);
    log.verbose(`${name}: validated`);
  } catch (error) {
    await cleanUp(task, services, error);
    throw error;
  }
  await cleanUp(task, services);
}

/**
 * A clean-up that fails is a warning: it must hide neither a success nor the true failure. One that fails for the same
 * reason is none, because nothing was put in place: credentials that are not accepted, for instance.
 */
async function cleanUp(task: ChallengeTask, { validation, log }: ValidationServices, failure?: unknown): Promise<void> {
  try {
    await validation.cleanUp(task);
  } catch (error) {
    const { message } = toWacsError(error);
    const text = `cannot clean up the challenge for ${displayName(task.identifier)}: ${message}`;
    if (failure !== undefined && toWacsError(failure).message === message) log.verbose(text);
    else log.warning(text);
  }
}

function chooseChallenge(authorization: AcmeAuthorization, validation: ValidationPlugin): AcmeChallenge {
  const challenge = authorization.challenges.find(({ type }) => type === validation.challengeType);
  if (challenge !== undefined) return challenge;
  const offered = authorization.challenges.map(({ type }) => type).join(', ');
  const name = displayName(authorization.identifier);
  throw new WacsError(
    'ValidationFailed',
    `the CA does not offer ${validation.challengeType} for ${name}, only ${offered}`,
    {
      hint: 'Choose another --validation.',
    },
  );
}

function problemOf(authorization: AcmeAuthorization): AcmeChallenge['error'] {
  return authorization.challenges.find(({ error }) => error !== undefined)?.error;
}

/** Pending authorizations left behind count against the account's limits (RFC 8555 section 7.5.2). */
async function giveUp(urls: readonly string[], services: ValidationServices): Promise<void> {
  const { authority, log } = services;
  await settleAll(urls, services, async (url) => {
    const { status } = await authority.getAuthorization(url);
    if (status !== 'pending') return;
    await authority.deactivateAuthorization(url);
    log.verbose(`gave up the pending authorization ${url}`);
  });
}

/**
 * One failure for several names. What the next run may not meet again says nothing beside a failure for good: the order
 * is lost by that. One cause keeps its code, different ones give MultipleFailures. An interruption stays what it is.
 */
function combineNames(failures: readonly WacsError[], total: number): WacsError {
  const forGood = failures.filter((failure) => !isTransient(failure));
  const deciding = forGood.length === 0 ? failures : forGood;
  const [first] = deciding;
  if (first === undefined) return new WacsError('UnexpectedError', 'no failure to report');
  const interruption = failures.find(({ code }) => code === 'Interrupted');
  if (interruption !== undefined || failures.length === 1) return interruption ?? first;
  // A wildcard and its apex fail for one reason.
  const reasons = [...new Set(failures.map(({ message }) => message))].join('; ');
  const isShared = deciding.every(({ code }) => code === first.code);
  const retryAt = latest(failures.flatMap(({ details }) => details.retryAt ?? []));
  const hint = isShared
    ? hintsOf(deciding)
    : 'Each name has its own cause: see the failures of the renewal in the report.';
  return new WacsError(
    isShared ? first.code : 'MultipleFailures',
    `${failures.length} of ${total} names could not be validated: ${reasons}`,
    {
      ...(isShared ? first.details : {}),
      failures,
      ...(hint === undefined ? {} : { hint }),
      ...(retryAt === undefined ? {} : { retryAt }),
    },
  );
}

/** What to do for each name, which may differ, such as the record to publish. */
function hintsOf(failures: readonly WacsError[]): string | undefined {
  const hints = new Set(failures.flatMap(({ hint }) => hint ?? []));
  return hints.size === 0 ? undefined : [...hints].join('\n');
}

function latest(moments: readonly Date[]): Date | undefined {
  return moments.toSorted((left, right) => left.getTime() - right.getTime()).at(-1);
}
