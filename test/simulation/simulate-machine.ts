import { createLimiter } from '../../src/core/bounded.ts';
import { repetitionFor } from '../../src/core/cadence.ts';
import type { IssuedCertificate } from '../../src/core/certificate.ts';
import type { DuePolicy } from '../../src/core/due-date.ts';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';
import type { Log, Random } from '../../src/core/ports.ts';
import { processRenewal } from '../../src/core/renew.ts';
import type { RenewalOutcome, RenewServices } from '../../src/core/renew-services.ts';
import type { Renewal } from '../../src/core/renewal.ts';
import type { OrderRecord } from '../../src/core/stores.ts';
import { formatRenewalFile, parseRenewalFile } from '../../src/storage/renewal-file.ts';
import { dns, renewal as newRenewal } from '../core/samples.ts';
import { type Machine, nextStart } from './schedule.ts';
import { type CaBehaviour, createSimulatedCa, type FailingStep, type SimulatedCa } from './simulated-ca.ts';
import { createSimulatedTools, type SimulatedCertificate } from './simulated-tools.ts';

/** What is simulated; moments are milliseconds. */
export interface MachineYear {
  readonly from: number;
  readonly to: number;
  readonly machine: Machine;
  readonly ca: CaBehaviour;
  readonly policy?: DuePolicy;
  /** The step that fails in a run that begins now. */
  readonly failing?: (now: number) => FailingStep | undefined;
  readonly random: Random;
  /** Between two starts of the task within a day; the program's own choice unless told. */
  readonly repetition?: number;
  /** A policy in place of the program's: whether to order now. */
  readonly decides?: (certificate: SimulatedCertificate, now: number) => boolean;
  /** Whether orders of earlier runs are left alone. */
  readonly noCache?: boolean;
}

/** Every so many runs the renewal is read from its file's text; that takes longer than the run. */
const runsBetweenReads = 8;

/** One run of the task. */
export interface SimulatedRun {
  readonly at: number;
  readonly result: RenewalOutcome['result'];
  readonly code?: ErrorCode;
  /** Neither was the CA down nor was a step to fail. */
  readonly isClean: boolean;
}

/** A certificate and what became of it. */
export interface IssuedInYear {
  readonly certificate: SimulatedCertificate;
  readonly issuedAt: number;
  /** Undefined: it never came into use. */
  readonly deployedAt?: number;
}

/** What happened in the year. */
export interface YearHistory {
  readonly year: MachineYear;
  readonly runs: readonly SimulatedRun[];
  readonly issued: readonly IssuedInYear[];
  readonly newOrders: readonly number[];
  /** Orders that were refused, or too old when a later run went back to them. */
  readonly lostOrders: number;
}

const silent: Log = {
  verbose: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
  child: () => silent,
};

/**
 * Runs the program's own core for a year of one machine: decisions, orders, deployment and records are real, the CA, its
 * certificates and the clock are not. Now and then the renewal goes through its file's format.
 */
export async function simulateMachine(year: MachineYear): Promise<YearHistory> {
  let now = year.from;
  const ca = createSimulatedCa(year.ca, () => now);
  const issued: IssuedInYear[] = [];
  const services = createServices(year, ca, {
    now: () => now,
    cached: (certificate) => void issued.push({ certificate, issuedAt: now }),
  });
  const runs: SimulatedRun[] = [];
  let renewal = newRenewal();
  while (now < year.to) {
    ca.failing = runs.length === 0 ? undefined : year.failing?.(now);
    const isClean = ca.failing === undefined && !ca.isDown();
    if (runs.length % runsBetweenReads === 0) renewal = parseRenewalFile('simulated', formatRenewalFile(renewal));
    const outcome = await runOnce(renewal, year, { services, now });
    renewal = outcome.renewal;
    noteDeployment(issued, outcome, now);
    const { result, error } = outcome;
    runs.push({ at: now, result, isClean, ...(error === undefined ? {} : { code: error.code }) });
    now = nextStart(now, year.machine, year.repetition ?? chosenRepetition(renewal));
  }
  return { year, runs, issued, newOrders: ca.newOrders, lostOrders: ca.lostOrders.size };
}

function chosenRepetition(renewal: Renewal): number | undefined {
  const seconds = repetitionFor([{ kind: 'renewal', renewal }]);
  return seconds === undefined ? undefined : seconds * 1000;
}

async function runOnce(
  renewal: Renewal,
  { policy = {}, decides, noCache = false }: MachineYear,
  { services, now }: { services: RenewServices; now: number },
): Promise<RenewalOutcome> {
  const { certificate } = renewal.state;
  const known = certificate === undefined || decides === undefined ? undefined : toSimulated(certificate);
  if (known !== undefined && certificate?.deployed === true && decides?.(known, now) === false)
    return { renewal, result: 'notDue' };
  const account = { acceptTerms: true, emailAddresses: [] };
  const options = { account, policy, force: known !== undefined && certificate?.deployed === true, noCache };
  const [outcome] = await processRenewal(renewal, options, services);
  if (outcome === undefined) throw new Error('a run without an outcome');
  if (outcome.error?.code === 'UnexpectedError') throw outcome.error;
  return outcome;
}

function toSimulated({
  thumbprint: id,
  identifiers,
  notBefore,
  notAfter,
}: {
  readonly thumbprint: string;
  readonly identifiers: SimulatedCertificate['identifiers'];
  readonly notBefore: Date;
  readonly notAfter: Date;
}): SimulatedCertificate {
  return { id, identifiers, notBefore: notBefore.getTime(), notAfter: notAfter.getTime() };
}

function noteDeployment(issued: IssuedInYear[], { renewal }: RenewalOutcome, now: number): void {
  const last = issued.at(-1);
  const { certificate } = renewal.state;
  if (last === undefined || last.deployedAt !== undefined || certificate?.deployed !== true) return;
  if (certificate.thumbprint === last.certificate.id) issued[issued.length - 1] = { ...last, deployedAt: now };
}

function createServices(
  { random }: MachineYear,
  ca: SimulatedCa,
  { now, cached }: { now: () => number; cached: (certificate: SimulatedCertificate) => void },
): RenewServices {
  const orders = new Map<string, OrderRecord>();
  const cache = new Map<string, IssuedCertificate>();
  const failAt = (step: FailingStep, code: ErrorCode): void => {
    if (ca.failing === step) throw new WacsError(code, 'a step that was to fail');
  };
  const target = { commonName: dns('a.test'), identifiers: [dns('a.test')], friendlyName: 'a.test' };
  const nothing = async (): Promise<void> => undefined;
  return {
    plans: {
      source: () => ({ readTarget: async () => target }),
      order: () => ({ split: async (whole) => [{ target: whole }] }),
      csr: () => ({ key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: false }),
      validation: () => ({ challengeType: 'http-01', refusal: () => undefined, prepare: nothing, cleanUp: nothing }),
      stores: () => [
        {
          name: 'store',
          plugin: {
            async save() {
              failAt('store', 'StoreError');
              return { plugin: 'store', path: '/', items: [] };
            },
          },
        },
      ],
      installations: () => [{ name: 'step', plugin: { install: async () => failAt('installation', 'ScriptFailed') } }],
    },
    authority: async () => ca.authority,
    certificates: createSimulatedTools(),
    renewalInfo: ca.renewalInfo,
    renewals: { list: async () => [], write: nothing, remove: nothing },
    orders: {
      read: async (id) => orders.get(id),
      write: async (id, record) => void orders.set(id, record),
      remove: async (id) => void orders.delete(id),
    },
    cache: {
      read: async (id) => cache.get(id),
      async write(id, certificate) {
        cache.set(id, certificate);
        cached(toSimulated(certificate.info));
      },
      remove: async (id) => void cache.delete(id),
      withPfx: (_, __, work) => work('/simulated.pfx'),
    },
    pfxProtection: 'modern',
    createPassword: () => 'password',
    limitCertificates: createLimiter(5),
    limitValidations: createLimiter(20),
    clock: { now: () => new Date(now()), sleep: nothing },
    random,
    log: silent,
    signal: new AbortController().signal,
  };
}
