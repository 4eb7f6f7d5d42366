/** The `error` URN namespace of RFC 8555 section 6.7. */
const errorNamespace = 'urn:ietf:params:acme:error:';

/** An identifier of RFC 8555 section 9.7.7; names of any type are kept as they came. */
export interface FakeIdentifier {
  readonly type: string;
  readonly value: string;
}

/** A problem document as the fake CA sends it (RFC 9457, RFC 8555 section 6.7). */
export interface Problem {
  readonly type: string;
  readonly detail: string;
  readonly status: number;
  readonly instance?: string;
  readonly identifier?: FakeIdentifier;
  readonly subproblems?: readonly Problem[];
  readonly algorithms?: readonly string[];
}

/** Thrown by handlers: the request is answered with the problem. */
export class Refusal extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string | string[]>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string | string[]>> = {}) {
    super(`${problem.type}: ${problem.detail}`);
    this.name = 'Refusal';
    this.problem = problem;
    this.headers = headers;
  }
}

/** Makes a problem; `type` is the short ACME name (`rateLimited`) or a whole URI. */
export function problem(type: string, status: number, detail: string): Problem {
  return { type: type.includes(':') ? type : `${errorNamespace}${type}`, status, detail };
}

/** Makes the refusal for the most common case. */
export function refuse(type: string, status: number, detail: string): Refusal {
  return new Refusal(problem(type, status, detail));
}
