import * as v from 'valibot';
import { type AcmeProblem, type AcmeSubproblem, type ErrorCode, WacsError } from '../core/errors.ts';
import type { HttpResponse } from '../core/ports.ts';
import { describeProblem, oneLine, problemName } from '../core/problem.ts';
import { readLinks } from './links.ts';

/** A part that is not as RFC 8555 wants it is left out: the rest of the document still says what happened. */
const subproblemSchema = v.looseObject({
  type: v.fallback(v.string(), 'about:blank'),
  detail: v.fallback(v.string(), ''),
  identifier: v.fallback(v.optional(v.looseObject({ value: v.string() })), undefined),
});

const problemSchema = v.looseObject({
  type: v.optional(v.string(), 'about:blank'),
  detail: v.optional(v.string()),
  title: v.optional(v.string()),
  instance: v.optional(v.string()),
  subproblems: v.fallback(v.optional(v.array(subproblemSchema)), undefined),
});

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['accountDoesNotExist', 'AcmeAccountError'],
  ['externalAccountRequired', 'AcmeAccountError'],
  ['userActionRequired', 'AcmeAccountError'],
  ['invalidContact', 'AcmeAccountError'],
  ['unsupportedContact', 'AcmeAccountError'],
  ['agreementRequired', 'AcmeAccountError'],
  ['rateLimited', 'AcmeRateLimited'],
  ['rejectedIdentifier', 'OrderRejected'],
  ['unsupportedIdentifier', 'OrderRejected'],
  ['caa', 'OrderRejected'],
  ['badCSR', 'OrderRejected'],
  ['badPublicKey', 'OrderRejected'],
  ['invalidProfile', 'OrderRejected'],
]);

const hints: Partial<Record<ErrorCode, string>> = {
  AcmeError: 'The reason is with the CA; --verbose shows the requests that led to it.',
  AcmeAccountError:
    'Check the account: --accepttos, --emailaddress and the external account binding (--eab-key-identifier, --eab-key).',
  OrderRejected: 'Check the names, the key type (--csr) and the profile (--profile) against what the CA allows.',
  AcmeRateLimited: 'Wait until the time shown; forcing more attempts does not help.',
};

/** Hints for single problems, where that of the code would lead astray. */
const problemHints: ReadonlyMap<string, (problem: AcmeProblem) => string> = new Map([
  ['userActionRequired', userAction],
  [
    'accountDoesNotExist',
    () => 'Run the command again: the account is then looked for by its key, and registered again if need be.',
  ],
]);

/** What the user has to do stands at the instance (RFC 8555 section 7.3.3). */
function userAction({ instance, helpUrl }: AcmeProblem): string {
  if (instance !== undefined)
    return `Open ${instance} in a browser and do what the CA asks for; then run the command again.`;
  const terms = helpUrl === undefined ? "the CA's terms of service" : helpUrl;
  return `Read ${terms} and agree to it with wacs --register --accepttos; then run the command again.`;
}

/**
 * The problem document of a response (RFC 9457, RFC 8555 section 6.7). A body that is none, such as a proxy's HTML
 * page, still gives a problem with the status and the beginning of the text.
 */
export function readProblem(response: HttpResponse, url: string): AcmeProblem {
  const text = Buffer.from(response.body).toString('utf8');
  const parsed = v.safeParse(problemSchema, parseJson(text));
  const help = [
    ...readLinks(response.headers, 'help', url),
    ...readLinks(response.headers, 'terms-of-service', url),
  ][0];
  if (!parsed.success) return { type: 'about:blank', detail: summarize(text), status: response.status };
  return {
    ...toProblem(parsed.output, response.status),
    ...(help === undefined ? {} : { helpUrl: help }),
  };
}

/** The problem inside an order, authorization or challenge (RFC 8555 sections 7.1.3 and 7.1.5). */
export function parseProblem(value: unknown): AcmeProblem | undefined {
  const parsed = v.safeParse(v.looseObject({ ...problemSchema.entries, status: v.optional(v.number(), 0) }), value);
  return parsed.success ? toProblem(parsed.output, parsed.output.status) : undefined;
}

/** The failure for a problem the CA answered with. */
export function problemError(problem: AcmeProblem, retryAt?: Date): WacsError {
  const code = codes.get(problemName(problem)) ?? (problem.status === 429 ? 'AcmeRateLimited' : 'AcmeError');
  const hint = problemHints.get(problemName(problem))?.(problem) ?? hints[code];
  const until = retryAt === undefined ? '' : `; not before ${retryAt.toISOString()}`;
  return new WacsError(code, `${describeProblem(problem)}${until}`, {
    problem,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAt === undefined ? {} : { retryAt }),
  });
}

/** True for a failure whose problem has one of the names. */
export function isProblem(error: unknown, names: readonly string[]): error is WacsError {
  return (
    error instanceof WacsError &&
    error.details.problem !== undefined &&
    names.includes(problemName(error.details.problem))
  );
}

function toProblem(source: v.InferOutput<typeof problemSchema>, status: number): AcmeProblem {
  return {
    type: source.type,
    detail: source.detail ?? '',
    status,
    ...(source.title === undefined ? {} : { title: source.title }),
    ...(source.instance === undefined ? {} : { instance: source.instance }),
    ...(source.subproblems === undefined ? {} : { subproblems: source.subproblems.map(toSubproblem) }),
  };
}

function toSubproblem(source: v.InferOutput<typeof subproblemSchema>): AcmeSubproblem {
  const identifier = source.identifier?.value;
  return { type: source.type, detail: source.detail, ...(identifier === undefined ? {} : { identifier }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function summarize(text: string): string {
  const plain = oneLine(text.replace(/<[^>]*>/g, ' '));
  return plain.length > 200 ? `${plain.slice(0, 200)}...` : plain;
}
