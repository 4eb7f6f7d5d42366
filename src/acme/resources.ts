import * as v from 'valibot';
import type { AcmeAccount, AcmeAuthorization, AcmeChallenge, AcmeOrder } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import { type Identifier, parseIdentifier } from '../core/identifier.ts';
import { type PersistentAccount, persistFields, readPersistence } from './persistence.ts';
import { parseProblem } from './problem.ts';

const identifierSchema = v.looseObject({ type: v.string(), value: v.string() });

const orderSchema = v.looseObject({
  status: v.string(),
  expires: v.optional(v.string()),
  identifiers: v.array(identifierSchema),
  authorizations: v.array(v.string()),
  finalize: v.string(),
  certificate: v.optional(v.string()),
  profile: v.optional(v.string()),
  error: v.optional(v.unknown()),
});

const challengeSchema = v.looseObject({
  type: v.string(),
  url: v.string(),
  status: v.optional(v.string(), 'pending'),
  token: v.optional(v.string(), ''),
  error: v.optional(v.unknown()),
  ...persistFields,
});

const authorizationSchema = v.looseObject({
  status: v.string(),
  identifier: identifierSchema,
  wildcard: v.optional(v.boolean(), false),
  challenges: v.array(challengeSchema),
});

const accountSchema = v.looseObject({
  status: v.optional(v.string(), 'valid'),
  contact: v.optional(v.array(v.string()), []),
});

/** An order (RFC 8555 section 7.1.3). @throws WacsError AcmeError when a required field is missing. */
export function parseOrder(url: string, body: unknown): AcmeOrder {
  const order = parse(orderSchema, body, 'order', url);
  const expires = order.expires === undefined ? Number.NaN : Date.parse(order.expires);
  const error = parseProblem(order.error);
  return {
    url,
    status: order.status,
    identifiers: order.identifiers.map(toIdentifier),
    authorizations: order.authorizations,
    finalize: order.finalize,
    ...(order.certificate === undefined ? {} : { certificate: order.certificate }),
    ...(Number.isNaN(expires) ? {} : { expires: new Date(expires) }),
    ...(order.profile === undefined ? {} : { profile: order.profile }),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * An authorization (RFC 8555 section 7.1.4).
 * @param account whose it is; without it, nothing is said about dns-persist-01
 * @throws WacsError AcmeError when a required field is missing.
 */
export function parseAuthorization(url: string, body: unknown, account?: PersistentAccount): AcmeAuthorization {
  const source = parse(authorizationSchema, body, 'authorization', url);
  const identifier = toIdentifier(source.identifier);
  const value = source.wildcard && identifier.type === 'dns' ? `*.${identifier.value}` : identifier.value;
  return {
    url,
    status: source.status,
    identifier: { type: identifier.type, value },
    wildcard: source.wildcard,
    challenges: source.challenges.map((challenge) => toChallenge(challenge, account)),
  };
}

/** An account (RFC 8555 section 7.1.2). @throws WacsError AcmeError when the body is none. */
export function parseAccount(url: string, body: unknown): AcmeAccount {
  const account = parse(accountSchema, body, 'account', url);
  return { url, status: account.status, contact: account.contact };
}

function toChallenge(
  source: v.InferOutput<typeof challengeSchema>,
  account: PersistentAccount | undefined,
): AcmeChallenge {
  const error = parseProblem(source.error);
  const persist = account === undefined ? undefined : readPersistence(source, account);
  return {
    url: source.url,
    type: source.type,
    status: source.status,
    token: source.token,
    ...(error === undefined ? {} : { error }),
    ...(persist === undefined ? {} : { persist }),
  };
}

function toIdentifier(source: v.InferOutput<typeof identifierSchema>): Identifier {
  const value = source.value.toLowerCase();
  if (source.type === 'ip') return { type: 'ip', value: canonicalAddress(value) };
  return { type: 'dns', value: value.replace(/\.$/, '') };
}

/** CAs may write an IPv6 address in another of its forms (RFC 8738 section 3 wants that of RFC 5952). */
function canonicalAddress(text: string): string {
  try {
    return parseIdentifier(text).value;
  } catch {
    return text;
  }
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
  what: string,
  url: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? 'the document itself';
  throw new WacsError('AcmeError', `the CA's ${what} at ${url} is not readable: ${field}: ${issue.message}`, {
    hint: 'The CA or a proxy in between does not follow RFC 8555; the log has the exchange with --verbose.',
  });
}
