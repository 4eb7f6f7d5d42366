import { problemResponse, withCommonHeaders } from './dispatch.ts';
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault-rules.ts';
import type { JsonObject } from './json.ts';
import type { FakeResponse } from './messages.ts';
import { type FakeIdentifier, type Problem, problem } from './problem.ts';
import { burnNonce } from './signed-request.ts';

/** Seconds, an HTTP date, or no `Retry-After` at all. */
export type RetryAfter = number | Date | undefined;

/** Refuses with a problem document; the request has no effect, but its nonce is spent and a fresh one comes. */
export function problemFault(body: Problem, headers: FakeResponse['headers'] = {}): Fault {
  return {
    name: `problem ${body.type}`,
    apply: ({ state, request, send }) => {
      burnNonce(state, request);
      send(withCommonHeaders(state, request, problemResponse(body, headers)));
    },
  };
}

/** A refusal by short type (`caa`, `malformed` …) or whole URI. */
export function refusal(type: string, status: number, detail = `refused by the fake CA: ${type}`): Fault {
  return problemFault(problem(type, status, detail));
}

/** 429 rateLimited. */
export function rateLimited(retryAfter?: RetryAfter, detail = 'too many new orders recently'): Fault {
  const headers = { ...retryAfterHeader(retryAfter), Link: '<https://ca.example/rate-limits>;rel="help"' };
  return problemFault(problem('rateLimited', 429, detail), headers);
}

/** 429 for a paused name, with the link that ends the pause in the detail, as Let's Encrypt does. */
export function paused(name: string): Fault {
  const detail = `your account is prevented from requesting certificates for ${name}; see https://ca.example/unpause?jwt=x`;
  return problemFault(problem('rateLimited', 429, detail));
}

/** 503 as from an overloaded CA. */
export function unavailable(retryAfter?: RetryAfter): Fault {
  const body = problem('serverInternal', 503, 'the service is down for maintenance or had an internal error');
  return problemFault(body, retryAfterHeader(retryAfter));
}

/** 500 serverInternal. */
export function serverInternal(): Fault {
  return refusal('serverInternal', 500, 'the server experienced an internal error');
}

/** 400 badNonce with a fresh nonce. */
export function badNonce(): Fault {
  return refusal('badNonce', 400, 'JWS has an invalid anti-replay nonce');
}

/** 403 unauthorized. */
export function unauthorized(): Fault {
  return refusal('unauthorized', 403, 'the account is not authorized for this');
}

/** 400 malformed. */
export function malformed(): Fault {
  return refusal('malformed', 400, 'the request message was malformed');
}

/** 403 orderNotReady. */
export function orderNotReady(): Fault {
  return refusal('orderNotReady', 403, "the order's status is pending, not ready");
}

/** 400 of a type nobody has heard of. */
export function unknownProblem(): Fault {
  return refusal('https://ca.example/problems/phase-of-the-moon', 400, 'the moon stands wrong');
}

/** 403 userActionRequired because of new terms (RFC 8555 section 7.3.3). */
export function termsChanged(): Fault {
  const detail = 'the terms of service have changed';
  const body = { ...problem('userActionRequired', 403, detail), instance: 'https://ca.example/agree/?token=w8Hk' };
  return problemFault(body, { Link: '<https://ca.example/terms/v2>;rel="terms-of-service"' });
}

/** 400 rejectedIdentifier with one subproblem for each name. */
export function rejectedIdentifiers(...names: readonly string[]): Fault {
  const subproblems = names.map((value) => {
    const identifier: FakeIdentifier = { type: 'dns', value };
    return { ...problem('rejectedIdentifier', 400, `policy forbids issuing for ${value}`), identifier };
  });
  return problemFault({ ...problem('rejectedIdentifier', 400, 'some identifiers were refused'), subproblems });
}

/** Any change of the answer after the request took effect; the change may ask the CA for more. */
export function changeResponse(
  change: (response: FakeResponse, exchange: Exchange) => FakeResponse | Promise<FakeResponse>,
): Fault {
  return {
    name: 'changed response',
    apply: async (exchange) => exchange.send(await change(await exchange.process(), exchange)),
  };
}

/** A change of a JSON answer after the request took effect; problem documents are left as they are. */
export function mutate(change: (body: JsonObject) => object): Fault {
  return changeResponse((response) => {
    const isChangeable = typeof response.body === 'object' && response.status < 400;
    // A round trip, so that the change sees what the client would: no undefined members, dates as text.
    return isChangeable
      ? { ...response, body: change(JSON.parse(JSON.stringify(response.body)) as JsonObject) }
      : response;
  });
}

/** The answer without a header, such as `Replay-Nonce` or `Location`. */
export function withoutHeader(name: string): Fault {
  return changeResponse((response) => ({
    ...response,
    headers: Object.fromEntries(
      Object.entries(response.headers).filter(([header]) => header.toLowerCase() !== name.toLowerCase()),
    ),
  }));
}

function retryAfterHeader(retryAfter: RetryAfter): Readonly<Record<string, string>> {
  if (retryAfter === undefined) return {};
  return { 'Retry-After': retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter) };
}
