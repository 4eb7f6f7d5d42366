import { type DuePolicy, nextDue } from './due-date.ts';
import { displayName } from './identifier.ts';
import type { CertificateState, Renewal } from './renewal.ts';

/** A renewal as monitors see it; small and without secrets, because more people read it than the renewal itself. */
export interface RenewalHealth {
  readonly id: string;
  readonly friendlyName: string;
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
 * What matters of a renewal for monitoring. A certificate that was issued but not deployed is not in use: its
 * predecessor counts, from the history.
 */
export function healthOf(renewal: Renewal, policy: DuePolicy): RenewalHealth {
  const { certificate: latest, renewalInfo, failures } = renewal.state;
  const inUse = latest === undefined ? undefined : certificateInUse(renewal, latest);
  const dueAt = latest?.deployed ? nextDue(latest, renewalInfo, policy).dueAt : latest?.notBefore;
  return {
    id: renewal.id,
    friendlyName: renewal.friendlyName,
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
  const before = renewal.history.findLast(
    (entry) => entry.thumbprint !== undefined && entry.notAfter !== undefined && entry.thumbprint !== thumbprint,
  );
  if (before?.thumbprint === undefined || before.notAfter === undefined) return undefined;
  const lifetime = notAfter.getTime() - notBefore.getTime();
  return {
    thumbprint: before.thumbprint,
    // The history does not tell when it began; a CA's certificates live equally long.
    notBefore: new Date(before.notAfter.getTime() - lifetime),
    notAfter: before.notAfter,
    revoked: renewal.history.some(({ result, thumbprint }) => result === 'revoked' && thumbprint === before.thumbprint),
  };
}
