import type { NewOrder } from '../core/acme.ts';
import { type AcmeProblem, WacsError } from '../core/errors.ts';
import type { Identifier } from '../core/identifier.ts';
import { problemName } from '../core/problem.ts';

/** Words of a limit on the orders of an account; those on certificates or failed validations are about names. */
const aboutAccount = /\bnew orders?\b|\baccount\b/i;

/**
 * Remembers within a run that the CA takes no more orders from the account, so that not every renewal has to be told so
 * itself. Where it is not certain that a limit is about the account, it is taken to be about the names of its order.
 */
export class OrderLimit {
  #refusal: WacsError | undefined;

  /** @throws WacsError AcmeRateLimited with the CA's own "not before" when an order has no prospect and no urgency. */
  check({ urgent }: NewOrder): void {
    const refusal = this.#refusal;
    if (refusal === undefined || urgent === true) return;
    const { failures: _, ...details } = refusal.details;
    throw new WacsError('AcmeRateLimited', `the CA takes no more orders in this run: ${refusal.message}`, {
      ...details,
      ...(refusal.hint === undefined ? {} : { hint: refusal.hint }),
      cause: refusal,
    });
  }

  /** Takes notice of an order's failure. */
  learn(error: unknown, { identifiers }: NewOrder): void {
    if (!(error instanceof WacsError) || error.code !== 'AcmeRateLimited') return;
    if (isAboutEverybody(error.details.problem, identifiers)) this.#refusal = error;
  }
}

function isAboutEverybody(problem: AcmeProblem | undefined, identifiers: readonly Identifier[]): boolean {
  if (problem === undefined) return false;
  // An overload, or the limit of a front end that does not know ACME.
  if (problemName(problem) !== 'rateLimited') return problem.status === 503 || problem.status === 429;
  if (problem.subproblems?.some(({ identifier }) => identifier !== undefined)) return false;
  const detail = problem.detail.toLowerCase();
  return aboutAccount.test(detail) && !identifiers.some((identifier) => isNamedIn(detail, identifier));
}

/** A limit may be about a domain that the name lies in. */
function isNamedIn(detail: string, { type, value }: Identifier): boolean {
  if (type === 'ip') return detail.includes(value);
  const labels = value.replace(/^\*\./, '').split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [value, ...domains].some((domain) => detail.includes(domain));
}
