const day = 24 * 60 * 60 * 1000;
/** Certificates that live shorter are renewed at half of their life, milliseconds. */
export const shortLifetimeMs = 10 * day;

/** Begin and end of a certificate. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** How long a certificate lives, milliseconds. */
export function lifetimeOf({ notBefore, notAfter }: Validity): number {
  return notAfter.getTime() - notBefore.getTime();
}

/** The part of the lifetime kept for a renewal and its repetitions, milliseconds: a third, a half under 10 days. */
export function reserveOf(validity: Validity): number {
  const lifetime = lifetimeOf(validity);
  return lifetime < shortLifetimeMs ? lifetime / 2 : lifetime / 3;
}
