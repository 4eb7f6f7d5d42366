import { type DuePolicy, nextDue } from './due-date.ts';
import { displayName } from './identifier.ts';
import { lifetimeOf } from './lifetime.ts';
import { type CertificateOf, certificatesOf } from './part.ts';
import type { CertificateState, PreviousCertificate, Renewal } from './renewal.ts';

/**
 * One certificate of a renewal as monitors see it; small and without secrets, because more people read it than the
 * renewal itself.
 */
export interface RenewalHealth {
  readonly id: string;
  readonly friendlyName: string;
  /** Which of several certificates of the renewal. */
  readonly part?: string;
  readonly hosts: readonly string[];
  /** The certificate in use: the last one that all stores and installation steps have taken. */
  readonly certificate?: CertificateInUse;
  /** Since when, or from when on, there is work to do. */
  readonly dueAt?: Date;
  /** Failures since the last success. */
  readonly failures?: { readonly count: number; readonly lastAt: Date; readonly code: string };
}

/** The certificate that clients meet. */
export interface CertificateInUse {
  readonly thumbprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revoked: boolean;
}

/**
 * What matters of a renewal for monitoring, certificate by certificate. One that was issued but not deployed is not in
 * use: its predecessor counts.
 */
export function healthOf(renewal: Renewal, policy: DuePolicy): readonly RenewalHealth[] {
  return certificatesOf(renewal).map((certificate) => healthOfOne(renewal, certificate, policy));
}

function healthOfOne(renewal: Renewal, { part, view }: CertificateOf, policy: DuePolicy): RenewalHealth {
  const { certificate: latest, renewalInfo, failures } = view.state;
  const inUse = latest === undefined ? undefined : certificateInUse(view, latest);
  const dueAt = latest?.deployed ? nextDue(latest, renewalInfo, policy).dueAt : latest?.notBefore;
  return {
    id: renewal.id,
    friendlyName: renewal.friendlyName,
    ...(part === undefined ? {} : { part }),
    hosts: latest?.identifiers.map(displayName) ?? [],
    ...(inUse === undefined ? {} : { certificate: inUse }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(failures === undefined
      ? {}
      : { failures: { count: failures.count, lastAt: failures.lastAt, code: failures.code } }),
  };
}

function certificateInUse(renewal: Renewal, latest: CertificateState): CertificateInUse | undefined {
  const { thumbprint, notBefore, notAfter, revoked = false } = latest;
  if (latest.deployed) return { thumbprint, notBefore, notAfter, revoked };
  return fromRecord(latest.previous) ?? fromHistory(renewal.history, latest);
}

function fromRecord(previous: PreviousCertificate | undefined): CertificateInUse | undefined {
  if (previous?.notBefore === undefined || previous.notAfter === undefined) return undefined;
  const { thumbprint, notBefore, notAfter, revoked = false } = previous;
  return { thumbprint, notBefore, notAfter, revoked };
}

/** Files of earlier versions do not have the predecessor's dates. */
function fromHistory(history: Renewal['history'], latest: CertificateState): CertificateInUse | undefined {
  const before = history.findLast(
    (entry) => entry.thumbprint !== undefined && entry.notAfter !== undefined && entry.thumbprint !== latest.thumbprint,
  );
  if (before?.thumbprint === undefined || before.notAfter === undefined) return undefined;
  return {
    thumbprint: before.thumbprint,
    // The history does not tell when it began; a CA's certificates live equally long.
    notBefore: new Date(before.notAfter.getTime() - lifetimeOf(latest)),
    notAfter: before.notAfter,
    revoked: history.some(({ result, thumbprint }) => result === 'revoked' && thumbprint === before.thumbprint),
  };
}
