import type { Identifier } from '../../src/core/identifier.ts';
import type { Target } from '../../src/core/plugin.ts';
import type { CertificateState, Renewal, RenewalState } from '../../src/core/renewal.ts';

export const day = 24 * 60 * 60 * 1000;
export const hour = 60 * 60 * 1000;

export function dns(value: string): Identifier {
  return { type: 'dns', value };
}

export function target(...names: readonly [string, ...string[]]): Target {
  return { commonName: dns(names[0]), identifiers: names.map(dns), friendlyName: names[0] };
}

/** A certificate that was issued at a moment and lives that many days. */
export function certificateState(
  notBefore: Date,
  days: number,
  changes: Partial<CertificateState> = {},
): CertificateState {
  return {
    thumbprint: 'AA11',
    identifiers: [dns('www.example.test')],
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * day),
    planKey: 'plan',
    deployed: true,
    ...changes,
  };
}

export function renewal(state: RenewalState = {}): Renewal {
  return {
    id: 'first',
    friendlyName: 'First',
    plan: {
      source: { plugin: 'manual' },
      validation: { plugin: 'selfhosting' },
      order: { plugin: 'single' },
      csr: { plugin: 'ec' },
      store: [{ plugin: 'pemfiles' }],
      installation: [{ plugin: 'none' }],
    },
    state,
    history: [],
  };
}
