import type { AccountRequest } from '../core/acme.ts';
import { restate, toWacsError, WacsError } from '../core/errors.ts';
import type { AccountRecord } from '../core/stores.ts';
import { isProblem } from './problem.ts';

const code = 'AcmeAccountError';

/** The command that registers an account of that name. */
function registering(name: string | undefined, more = ''): string {
  return `wacs --register --accepttos${more}${name === undefined ? '' : ` --account ${name}`}`;
}

/** Nothing is stored that could be used. */
export function noAccount(name: string | undefined): WacsError {
  return new WacsError(code, 'there is no account at this CA on this machine', {
    hint: `${registering(name)} registers one; with a copy of an account's key, add --accountkey FILE.`,
  });
}

/** The terms were never agreed to. */
export function missingTerms(terms: string): WacsError {
  return new WacsError(code, `the CA's terms of service have not been accepted: ${terms}`, {
    hint: 'Read the terms, then run the command again with --accepttos.',
  });
}

/** The CA has customers only (RFC 8555 section 7.3.4). */
export function missingBinding(): WacsError {
  return new WacsError(code, 'the CA requires an external account binding and none was given', {
    hint: 'Get a key identifier and a key from the CA, then give --eab-key-identifier and --eab-key.',
  });
}

/** The account was ended from this machine. */
export function noLongerAccount({ url, deactivatedAt }: AccountRecord, name: string | undefined): WacsError {
  const when = deactivatedAt === undefined ? 'before' : `on ${deactivatedAt.toISOString()}`;
  return new WacsError(code, `the account ${url ?? ''} was deactivated ${when}`, {
    hint: `${registering(name)} makes a new account with a new key; the file of the old one is kept.`,
  });
}

/** A key was given, and there is an account already. */
export function otherAccount({ url }: AccountRecord): WacsError {
  return new WacsError(code, `there is another account already${url === undefined ? '' : `, ${url}`}`, {
    hint: 'Give the account of --accountkey a name of its own by --account NAME; or add --force, which sets the other one aside.',
  });
}

/** The account to end is not there. */
export function nothingToDeactivate(url: string, cause: unknown): WacsError {
  return new WacsError(code, `the CA does not know the account ${url}: there is nothing to deactivate`, {
    ...toWacsError(cause).details,
    hint: 'wacs --register looks for the account by its key.',
    cause,
  });
}

/** The CA knows neither address nor key, and registering again needs the user. */
export function forgottenAccount({ url }: AccountRecord, cause: unknown, name: string | undefined): WacsError {
  const { details } = toWacsError(cause);
  return new WacsError(code, `the CA does not know the account ${url} any more`, {
    ...details,
    hint: `${registering(name)} registers it again with the same key; read the CA's terms of service before.`,
    cause,
  });
}

/** The CA knows the account and does not accept it: deactivated, revoked, or blocked (RFC 8555 section 7.3.6). */
export function refusedAccount({ url }: AccountRecord, cause: unknown, name: string | undefined): WacsError {
  const { message, details } = toWacsError(cause);
  const which = url === undefined ? 'of the stored key' : url;
  return new WacsError(code, `the CA does not accept the account ${which} any more: ${message}`, {
    ...details,
    hint: `${registering(name, ' --force')} makes a new account with a new key; the file of the old one is kept.`,
    cause,
  });
}

/** A CA that does not let the account order anything says `unauthorized` (RFC 8555 section 7.3.6). */
export function asAccountError(error: unknown): unknown {
  if (!isProblem(error, ['unauthorized'])) return error;
  return new WacsError(code, error.message, {
    ...error.details,
    hint: 'wacs --register shows what the CA thinks of the account, and what to do if it was deactivated.',
    cause: error,
  });
}

/** What a CA says to a change of the account key (RFC 8555 section 7.3.5). */
export function asKeyChangeError(error: unknown): unknown {
  if (!(error instanceof WacsError) || error.details.problem?.status !== 409) return asRefusedKey(error);
  return new WacsError(code, `${error.message}: the new key belongs to an account already`, {
    ...error.details,
    hint: 'Run the command again: it makes another key. The old key stays in use until then.',
    cause: error,
  });
}

function asRefusedKey(error: unknown): unknown {
  if (!isProblem(error, ['badPublicKey', 'badSignatureAlgorithm'])) return asAccountError(error);
  const hint = 'The CA does not take keys of this kind any more; the old key stays in use.';
  return new WacsError(code, error.message, { ...error.details, hint, cause: error });
}

/** What a CA says to somebody who may not revoke a certificate, or for a reason it does not take. */
export function asRevocationError(error: unknown): unknown {
  if (isProblem(error, ['unauthorized'])) return restate(error, error.message, code);
  if (!isProblem(error, ['badRevocationReason'])) return error;
  const hint = 'Give another --reason, or leave it out: not every CA takes every reason.';
  return new WacsError(error.code, error.message, { ...error.details, hint, cause: error });
}

/** Whatever the CA refuses when an account is registered is about the account: terms, contact, binding or key. */
export function asRegistrationError(error: unknown, { externalAccountBinding }: AccountRequest): unknown {
  if (!(error instanceof WacsError) || error.details.problem === undefined) return error;
  if (!['AcmeError', 'OrderRejected'].includes(error.code) && !isProblem(error, ['externalAccountRequired']))
    return error;
  const bound =
    'Check --eab-key-identifier, --eab-key and --eab-algorithm against what the CA shows; some CAs take each key only once.';
  const plain = 'Check --emailaddress and the external account binding (--eab-key-identifier, --eab-key).';
  const hint = externalAccountBinding === undefined ? plain : bound;
  return new WacsError(code, error.message, { ...error.details, hint, cause: error });
}

/** Says which account a failure is about, where there are several. */
export function aboutAccount(error: unknown, name: string | undefined): unknown {
  if (name === undefined || !(error instanceof WacsError) || error.code === 'Interrupted') return error;
  return restate(error, `account "${name}": ${error.message}`);
}
