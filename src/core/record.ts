import type { IssuedCertificate } from './certificate.ts';
import type { WacsError } from './errors.ts';
import {
  type FailureState,
  type HistoryEntry,
  historyLimit,
  type PreviousCertificate,
  type Renewal,
} from './renewal.ts';

/** The renewal with a certificate that was issued and is not deployed yet; the CA's "not before" has proven void. */
export function withIssued(renewal: Renewal, certificate: IssuedCertificate, planKey: string): Renewal {
  const { info } = certificate;
  const { failures, ...state } = renewal.state;
  return {
    ...renewal,
    state: {
      ...state,
      ...(failures === undefined ? {} : { failures: withoutRetryAt(failures) }),
      certificate: {
        thumbprint: info.thumbprint,
        identifiers: info.identifiers,
        notBefore: info.notBefore,
        notAfter: info.notAfter,
        planKey,
        deployed: false,
        ...previousOf(renewal),
        ...supersededBy(renewal),
        ...(info.renewalInfoId === undefined ? {} : { renewalInfoId: info.renewalInfoId }),
      },
    },
  };
}

/** The certificate in use: one that was never deployed has replaced nothing, so its own predecessor still counts. */
function previousOf({ friendlyName, state }: Renewal): { previous?: PreviousCertificate } {
  const old = state.certificate;
  if (old === undefined) return {};
  if (!old.deployed && old.previous !== undefined) return { previous: old.previous };
  const { identifiers, thumbprint, notBefore, notAfter, revoked } = old;
  return {
    previous: {
      commonName: identifiers[0]?.value ?? '',
      friendlyName,
      thumbprint,
      ...(old.deployed ? { notBefore, notAfter } : {}),
      ...(revoked === undefined ? {} : { revoked }),
    },
  };
}

/** A certificate that was never deployed may be in stores all the same. */
function supersededBy({ state }: Renewal): { superseded?: readonly string[] } {
  const { thumbprint, deployed = true, superseded = [], previous } = state.certificate ?? {};
  const all = thumbprint === undefined || deployed || previous === undefined ? superseded : [...superseded, thumbprint];
  return all.length === 0 ? {} : { superseded: all };
}

/** What a run has come to. */
export interface Deployment {
  /** Whether the certificate is new, in contrast to one that an earlier run could not deploy. */
  readonly renewed: boolean;
  readonly date: Date;
  /** Thumbprints of replaced certificates that a store could not drop. */
  readonly superseded?: readonly string[];
}

/** The renewal after every store and installation step has succeeded; the count of failures starts anew. */
export function withDeployed(renewal: Renewal, { renewed, date, superseded = [] }: Deployment): Renewal {
  const { failures: _, ...state } = renewal.state;
  if (state.certificate === undefined) return renewal;
  const { previous: __, superseded: ___, ...kept } = state.certificate;
  const certificate = { ...kept, deployed: true, ...(superseded.length === 0 ? {} : { superseded }) };
  const { thumbprint, notAfter } = certificate;
  return withHistory(
    { ...renewal, state: { ...state, certificate } },
    { date, result: renewed ? 'renewed' : 'deployed', thumbprint, notAfter },
  );
}

/** The renewal after a failure, counted and dated. The CA's "not before" holds whatever else fails until then. */
export function withFailure(renewal: Renewal, error: WacsError, date: Date): Renewal {
  const known = renewal.state.failures;
  const retryAt = laterOf(error.details.retryAt, known?.retryAt);
  const failures = {
    count: (known?.count ?? 0) + 1,
    lastAt: date,
    code: error.code,
    message: error.message,
    ...(retryAt === undefined || retryAt <= date ? {} : { retryAt }),
  };
  const entry: HistoryEntry = { date, result: 'failed', code: error.code, message: error.message };
  return withHistory({ ...renewal, state: { ...renewal.state, failures } }, entry);
}

function withoutRetryAt({ retryAt: _, ...failures }: FailureState): FailureState {
  return failures;
}

function laterOf(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}

/** The renewal after its certificate was revoked; the next run replaces it, with another key if that is to be retired. */
export function withRevoked(renewal: Renewal, date: Date, retireKey = false): Renewal {
  const certificate = renewal.state.certificate;
  if (certificate === undefined) return renewal;
  const retired = retireKey ? { retireKey } : {};
  const state = { ...renewal.state, certificate: { ...certificate, revoked: true, ...retired } };
  return withHistory({ ...renewal, state }, { date, result: 'revoked', thumbprint: certificate.thumbprint });
}

function withHistory(renewal: Renewal, entry: HistoryEntry): Renewal {
  return { ...renewal, history: [...renewal.history, entry].slice(-historyLimit) };
}
