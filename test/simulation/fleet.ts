import { untilNextRun } from '../../src/core/cadence.ts';
import { type DuePolicy, decideDue } from '../../src/core/due-date.ts';
import type { Random } from '../../src/core/ports.ts';
import type { CertificateState, Renewal, RenewalInfoState } from '../../src/core/renewal.ts';
import { refreshRenewalInfo } from '../../src/core/renewal-info.ts';
import { dns, renewal } from '../core/samples.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { seededRandom } from '../support/random.ts';
import { type Machine, nextStart, type Task } from './schedule.ts';
import { day, hour, type Span } from './units.ts';

/** Begin and end of a certificate, milliseconds. */
export interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Many machines with one certificate each; moments are milliseconds. */
export interface Fleet {
  readonly size: number;
  readonly task: Task;
  readonly lifetime: number;
  readonly from: number;
  readonly to: number;
  /** When the machine with this share of [0, 1) got its first certificate. */
  readonly installedAt: (share: number) => number;
  /** Undefined: the CA has no renewal information. */
  readonly windowOf?: (validity: Life) => Span;
  readonly policy?: DuePolicy;
}

/** The moments of all orders after the first certificate of each machine, in no order. */
export async function ordersOf(fleet: Fleet): Promise<readonly number[]> {
  const orders: number[] = [];
  for (let number = 1; number <= fleet.size; number += 1) orders.push(...(await ordersOfMachine(fleet, number)));
  return orders;
}

/** A machine of the fleet: when it got its first certificate, its task, and its random numbers from then on. */
export function memberOf(fleet: Fleet, number: number) {
  const next = seededRandom(number);
  const delayShare = (dayNumber: number): number => seededRandom(number * 4_099 + dayNumber)();
  const machine: Machine = { task: fleet.task, delayShare };
  return { installedAt: fleet.installedAt(next()), machine, random: { next } };
}

/**
 * The orders of one machine after its first certificate. The decisions are the program's own; runs in which they cannot
 * have changed are left out.
 */
export async function ordersOfMachine(fleet: Fleet, number: number): Promise<readonly number[]> {
  const { installedAt, machine, random } = memberOf(fleet, number);
  const orders: number[] = [];
  let issuedAt = installedAt;
  for (let count = 0; issuedAt < fleet.to; count += 1) {
    if (count > 0) orders.push(issuedAt);
    const certificate = certificateOf(fleet, number, { count, issuedAt });
    issuedAt = await nextOrder(fleet, machine, { certificate, issuedAt, random });
  }
  return orders;
}

interface Issued {
  readonly certificate: CertificateState;
  readonly issuedAt: number;
  readonly random: Random;
}

async function nextOrder(fleet: Fleet, machine: Machine, issued: Issued): Promise<number> {
  const { certificate } = issued;
  const renewalInfo = await answerOf(fleet, issued);
  const current: Renewal = renewal({ certificate, ...(renewalInfo === undefined ? {} : { renewalInfo }) });
  const due = (now: number) =>
    decideDue(current, { now: new Date(now), policy: fleet.policy ?? {}, planKey: 'plan', force: false });
  const repetition = untilNextRun(certificate).usual;
  // An hour before the earliest moment at which the decision can be another one.
  const idle = due(issued.issuedAt).dueAt.getTime() - repetition - hour;
  let now = Math.max(idle, issued.issuedAt);
  do now = nextStart(now, machine, repetition === day ? undefined : repetition);
  while (due(now).action !== 'order');
  return now;
}

async function answerOf(
  fleet: Fleet,
  { certificate, issuedAt, random }: Issued,
): Promise<RenewalInfoState | undefined> {
  const { windowOf } = fleet;
  if (windowOf === undefined) return undefined;
  const { notBefore, notAfter } = certificate;
  const window = windowOf({ notBefore: notBefore.getTime(), notAfter: notAfter.getTime() });
  const answer = {
    windowStart: new Date(window.from),
    windowEnd: new Date(window.to),
    askAgainAt: new Date(issuedAt + 6 * hour),
  };
  return refreshRenewalInfo(certificate, undefined, {
    source: { getRenewalInfo: async () => answer },
    clock: { now: () => new Date(issuedAt), sleep: async () => undefined },
    random,
    log: createMemoryLog(),
  });
}

function certificateOf(
  { lifetime }: Fleet,
  number: number,
  { count, issuedAt }: { readonly count: number; readonly issuedAt: number },
): CertificateState {
  const notBefore = new Date(issuedAt - hour);
  const thumbprint = Math.floor(seededRandom(number * 31 + count)() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  return {
    thumbprint,
    identifiers: [dns('a.test')],
    notBefore,
    notAfter: new Date(notBefore.getTime() + lifetime),
    planKey: 'plan',
    deployed: true,
    renewalInfoId: thumbprint,
  };
}
