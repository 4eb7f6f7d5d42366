import assert from 'node:assert/strict';
import type { RenewalInfo } from '../../src/core/acme.ts';
import { createLimiter } from '../../src/core/bounded.ts';
import type { IssuedCertificate } from '../../src/core/certificate.ts';
import type { CsrPlugin, InstallationContext, OrderPart, Target } from '../../src/core/plugin.ts';
import { processRenewal } from '../../src/core/renew.ts';
import type { RenewalOutcome, RenewOptions, RenewServices } from '../../src/core/renew-services.ts';
import type { Renewal } from '../../src/core/renewal.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeAuthority } from './fake-authority.ts';
import { createFakeCache, createFakeOrders, createFakeRenewals } from './fake-stores.ts';
import { renewal, target } from './samples.ts';

export const plainOptions: RenewOptions = {
  account: { acceptTerms: true, emailAddresses: [] },
  policy: {},
  force: false,
  noCache: false,
};

/** A world in memory in which everything but the CA, the stores and the plugins is real. */
export function setUpRenewing() {
  const journal: string[] = [];
  const authority = createFakeAuthority(journal);
  const clock = createFakeClock(new Date().toISOString());
  const interrupting = new AbortController();
  const parts = {
    target: target('a.test') as Target,
    split: async (whole: Target): Promise<readonly OrderPart[]> => [{ target: whole }],
    csr: { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: false } as CsrPlugin | undefined,
    check: async (): Promise<void> => undefined,
    save: async (_: IssuedCertificate): Promise<void> => undefined,
    retire: async (_: string): Promise<void> => undefined,
    install: async (_: InstallationContext): Promise<void> => undefined,
    renewalInfo: async (): Promise<RenewalInfo | undefined> => undefined,
  };
  const services: RenewServices = {
    plans: {
      source: () => ({ readTarget: async () => parts.target }),
      order: () => ({ split: parts.split }),
      csr: () => parts.csr,
      validation: () => ({
        challengeType: 'http-01',
        refusal: () => undefined,
        prepare: async () => undefined,
        cleanUp: async () => undefined,
      }),
      stores: () => [
        {
          name: 'pem',
          plugin: {
            check: () => parts.check(),
            async retire(thumbprint) {
              journal.push(`retire ${thumbprint}`);
              await parts.retire(thumbprint);
            },
            async save(certificate) {
              journal.push('save');
              await parts.save(certificate);
              return { plugin: 'pem', path: '/pem', items: [] };
            },
          },
        },
      ],
      installations: () => [
        {
          name: 'script',
          plugin: {
            async install(context) {
              journal.push('install');
              await parts.install(context);
            },
          },
        },
      ],
    },
    authority: async () => authority,
    certificates: createCertificateTools(),
    renewalInfo: {
      async getRenewalInfo(id) {
        journal.push(`getRenewalInfo ${id}`);
        return parts.renewalInfo();
      },
    },
    renewals: createFakeRenewals(journal),
    orders: createFakeOrders(journal),
    cache: createFakeCache(journal),
    pfxProtection: 'modern',
    createPassword: () => 'one-time',
    limitCertificates: createLimiter(5),
    limitValidations: createLimiter(20),
    clock,
    random: { next: () => 0.5 },
    log: createMemoryLog(),
    signal: interrupting.signal,
  };
  const stored = services.renewals as ReturnType<typeof createFakeRenewals>;
  const processAll = (current: Renewal, changes: Partial<RenewOptions> = {}) => {
    journal.length = 0;
    return processRenewal(current, { ...plainOptions, ...changes }, services);
  };
  /** For a renewal of one certificate. */
  const process = async (current: Renewal, changes: Partial<RenewOptions> = {}): Promise<RenewalOutcome> => {
    const [outcome, ...more] = await processAll(current, changes);
    assert.ok(outcome !== undefined && more.length === 0);
    return outcome;
  };
  /** A renewal with a certificate from a run that went well. */
  const issued = async (): Promise<Renewal> => {
    const { renewal: done, result } = await process(renewal());
    assert.equal(result, 'renewed');
    return done;
  };
  return { journal, authority, clock, interrupting, parts, services, stored, process, processAll, issued };
}
