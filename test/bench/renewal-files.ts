import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identifier } from '../../src/core/identifier.ts';
import { planKey } from '../../src/core/plan-key.ts';
import type { Renewal, RenewalState } from '../../src/core/renewal.ts';
import { formatRenewalFile } from '../../src/storage/renewal-file.ts';
import { statePaths } from '../../src/storage/state-paths.ts';

const dayMs = 86_400_000;

/** A state folder of the program and the CA it is about. */
export interface BenchState {
  readonly folder: string;
  readonly baseUri: string;
}

/** Renewals whose certificates are ten days old, with nothing to ask the CA today. */
export function writeRenewalsNotDue(state: BenchState, count: number): void {
  writeRenewals(state, count, (host) => ({
    plan: planFor(host, { port: 80, folder: state.folder, csr: 'ec' }),
    state: fresh(host),
  }));
}

/** Renewals without a certificate, which the next run gets. */
export function writeNewRenewals(
  state: BenchState,
  count: number,
  { port, csr }: { readonly port: number; readonly csr: 'ec' | 'rsa' },
): void {
  writeRenewals(state, count, (host) => ({ plan: planFor(host, { port, csr, folder: state.folder }), state: {} }));
}

type Content = Pick<Renewal, 'plan' | 'state'>;

function writeRenewals({ folder, baseUri }: BenchState, count: number, content: (host: string) => Content): void {
  const { authority } = statePaths(folder, baseUri);
  mkdirSync(authority, { recursive: true, mode: 0o700 });
  for (let number = 1; number <= count; number += 1) {
    const host = `host${number}.example.test`;
    const renewal = { id: `bench-${number}`, friendlyName: `[Manual] ${host}`, ...content(host), history: [] };
    writeFileSync(join(authority, `${renewal.id}.renewal.json`), formatRenewalFile(renewal), { mode: 0o600 });
  }
}

function planFor(
  host: string,
  { port, csr, folder }: { port: number; csr: 'ec' | 'rsa'; folder: string },
): Renewal['plan'] {
  return {
    source: { plugin: 'manual', commonName: host, hosts: [host] },
    order: { plugin: 'single' },
    validation: { plugin: 'selfhosting', port },
    csr: { plugin: csr },
    store: [{ plugin: 'pemfiles', path: join(folder, 'certs') }],
    installation: [{ plugin: 'none' }],
  };
}

function fresh(host: string): RenewalState {
  const name: Identifier = { type: 'dns', value: host };
  const renewalInfoId = 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE';
  return {
    certificate: {
      thumbprint: '0123456789ABCDEF0123456789ABCDEF01234567',
      identifiers: [name],
      notBefore: inDays(-10),
      notAfter: inDays(80),
      planKey: planKey(
        { commonName: name, identifiers: [name], friendlyName: host },
        { key: { type: 'ec', curve: 'P-384' }, reusePrivateKey: false, mustStaple: false },
        undefined,
      ),
      deployed: true,
      renewalInfoId,
    },
    renewalInfo: {
      certificateId: renewalInfoId,
      windowStart: inDays(49),
      windowEnd: inDays(51),
      selectedMoment: inDays(50),
      askAgainAt: inDays(1),
    },
  };
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * dayMs);
}
