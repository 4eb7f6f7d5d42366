import { reserveOf } from '../../src/core/lifetime.ts';
import type { YearHistory } from './simulate-machine.ts';
import type { CaBehaviour } from './simulated-ca.ts';
import type { SimulatedCertificate } from './simulated-tools.ts';
import { day, hour, minute } from './units.ts';

/** What must never happen. */
export type Violation = 'expired' | 'early' | 'missed' | 'overshot' | 'duplicate' | 'wasted';

/** Every answer about a window holds so long. */
const holds = 6 * hour;

/**
 * What went wrong in a year, judged from the outside:
 * - `expired`: the certificate in use reached its end;
 * - `early`: a certificate was ordered before the CA's window opened, or before its reserve began;
 * - `missed`: a run that nothing kept from it did not replace a certificate whose window had closed or, without a window,
 *   whose reserve had begun;
 * - `overshot`: a window that the CA had moved was closed when the certificate was replaced, although a run knew of it in time;
 * - `duplicate`: more orders than certificates and orders that came to nothing;
 * - `wasted`: a certificate was replaced that had not come into use.
 */
export function violationsOf(history: YearHistory): readonly Violation[] {
  const checks = { expired, early, missed, overshot, duplicate, wasted } as const;
  return (Object.keys(checks) as Violation[]).filter((name) => checks[name](history));
}

function expired({ issued, year }: YearHistory): boolean {
  const inUse = issued.filter(({ deployedAt }) => deployedAt !== undefined);
  return inUse.some(({ certificate }, index) => (inUse[index + 1]?.deployedAt ?? year.to) >= certificate.notAfter);
}

function early({ issued, year }: YearHistory): boolean {
  return issued.some(({ issuedAt }, index) => {
    const before = issued[index - 1]?.certificate;
    return before !== undefined && issuedAt < earliest(before, issuedAt, year.ca);
  });
}

/** The start of the window, unless that leaves too little; without a window the beginning of the reserve. */
function earliest(certificate: SimulatedCertificate, now: number, ca: CaBehaviour): number {
  const { reserveFrom, safeUntil } = ownMoments(certificate);
  const window = ca.windowOf?.(certificate, now);
  if (window === undefined) return reserveFrom;
  const moved = ca.movedAt?.(certificate) ?? window.from;
  // A CA that could not be asked about its window leaves the reserve in force.
  const fallback = ca.renewalInfoFails === undefined ? safeUntil : reserveFrom;
  return Math.min(window.from, fallback, moved);
}

function missed({ runs, issued, year }: YearHistory): boolean {
  return runs.some(({ at, isClean, code }) => {
    if (!isClean || code === 'AcmeRateLimited') return false;
    const inUse = issued.findLast(({ deployedAt }) => deployedAt !== undefined && deployedAt <= at);
    return inUse !== undefined && latest(inUse.certificate, at, year.ca) <= at;
  });
}

function overshot({ runs, issued, year: { ca } }: YearHistory): boolean {
  return issued.slice(0, -1).some(({ certificate }, index) => {
    const replacedAt = issued[index + 1]?.issuedAt ?? 0;
    const knownFrom = (ca.movedAt?.(certificate) ?? Number.POSITIVE_INFINITY) + holds;
    const window = ca.windowOf?.(certificate, replacedAt);
    if (window === undefined || replacedAt < window.to) return false;
    return runs.some(({ at, isClean }) => isClean && knownFrom <= at && at < window.to);
  });
}

function latest(certificate: SimulatedCertificate, now: number, ca: CaBehaviour): number {
  const { reserveFrom, safeUntil } = ownMoments(certificate);
  const window = ca.windowOf?.(certificate, now);
  if (window === undefined) return reserveFrom;
  const known = Math.max(window.to, (ca.movedAt?.(certificate) ?? Number.NEGATIVE_INFINITY) + holds);
  return Math.min(ca.renewalInfoFails === undefined ? known : Math.max(known, reserveFrom), safeUntil);
}

function ownMoments(certificate: SimulatedCertificate): { readonly reserveFrom: number; readonly safeUntil: number } {
  const { notAfter } = certificate;
  const reserve = reserveOf({ notBefore: new Date(certificate.notBefore), notAfter: new Date(notAfter) });
  return { reserveFrom: notAfter - reserve, safeUntil: notAfter - Math.min(7 * day, reserve / 2) };
}

function duplicate({ issued, newOrders, lostOrders }: YearHistory): boolean {
  // The last order may still be open.
  return newOrders.length > issued.length + lostOrders + 1;
}

function wasted({ issued }: YearHistory): boolean {
  return issued.slice(0, -1).some(({ deployedAt }, index) => {
    const next = issued[index + 1];
    return deployedAt === undefined || (next !== undefined && next.issuedAt - deployedAt < minute);
  });
}
