import { seededRandom } from '../support/random.ts';
import type { Life } from './fleet.ts';
import { type Machine, usualTask } from './schedule.ts';
import type { MachineYear } from './simulate-machine.ts';
import type { CaBehaviour, FailingStep } from './simulated-ca.ts';
import type { SimulatedCertificate } from './simulated-tools.ts';
import { day, hour, type Span } from './units.ts';

/** Lifetimes of certificates, in days: past, coming and short ones. */
export const lifetimes = [90, 64, 47, 45, 20 / 3] as const;

const begin = Date.parse('2027-01-05T00:00:00Z');
const steps: readonly FailingStep[] = [
  'newOrder',
  'getAuthorization',
  'answerChallenge',
  'waitForAuthorization',
  'validation',
  'finalizeOrder',
  'refusal',
  'downloadCertificate',
  'store',
  'installation',
];

/** What a scenario is made with. */
interface Parts {
  readonly lifetime: number;
  readonly random: () => number;
  /** What is left of a certificate when it is to be replaced. */
  readonly reserve: number;
}

type Change = Omit<Partial<MachineYear>, 'ca' | 'machine'> & {
  readonly ca?: Partial<CaBehaviour>;
  readonly machine?: Partial<Machine>;
};

/** What happens to a machine and its CA in a year. */
export const scenarios: Readonly<Record<string, (parts: Parts) => Change>> = {
  'a quiet year with renewal information': () => ({ ca: { windowOf: usualWindow } }),
  'a quiet year without renewal information': () => ({}),
  'troubles of all kinds, with renewal information': (parts) => ({
    ...troubles(parts),
    ca: { ...troubles(parts).ca, windowOf: usualWindow },
  }),
  'troubles of all kinds, without renewal information': troubles,
  'windows moved forward': () => ({ ca: { windowOf: movedWindow, movedAt } }),
  'certificates that are revoked': () => ({ ca: { windowOf: revokedWindow, movedAt } }),
  'renewal information that fails half the time': ({ random }) => ({
    ca: { windowOf: usualWindow, renewalInfoFails: () => random() < 0.5 },
  }),
  'renewal information that always fails': () => ({ ca: { windowOf: usualWindow, renewalInfoFails: () => true } }),
  'windows at the very end': () => ({ ca: { windowOf: lateWindow } }),
  'limits on orders': (parts) => {
    const limits = spans(parts.random, 60, Math.min(34 * hour, parts.reserve / 4));
    return {
      ca: { windowOf: usualWindow, notBefore: (now) => limits.find(({ from, to }) => from <= now && now < to)?.to },
    };
  },
  'a task that runs every 6 hours': (parts) => ({ ...troubles(parts), repetition: 6 * hour }),
};

/** A year of one machine. */
export function yearOf(scenario: string, lifetimeDays: number, seed: number): MachineYear {
  const random = seededRandom(seed);
  const lifetime = lifetimeDays * day;
  const reserve = lifetime < 10 * day ? lifetime / 2 : lifetime / 3;
  const { ca = {}, machine = {}, ...change } = scenarios[scenario]?.({ lifetime, random, reserve }) ?? {};
  // Installed in working hours.
  const from = begin + 8 * hour + random() * 10 * hour;
  return {
    from,
    to: from + 365 * day,
    machine: { task: usualTask, delayShare: (dayNumber) => seededRandom(seed * 100_003 + dayNumber)(), ...machine },
    ca: { lifetime, ...ca },
    random: { next: random },
    ...change,
  };
}

/** Where Let's Encrypt puts it: around 2/3 of the life, 1/2 when it is under 10 days, 2 % of it wide. */
export function usualWindow({ notBefore, notAfter }: Life): Span {
  const life = notAfter - notBefore;
  const middle = notBefore + life * (life < 10 * day ? 1 / 2 : 2 / 3);
  return { from: middle - life / 100, to: middle + life / 100 };
}

/** Every third run fails somewhere, the CA is away for hours and days, and so is the machine. */
function troubles({ random, reserve }: Parts): Change & { ca: Partial<CaBehaviour> } {
  return {
    failing: () => (random() < 0.3 ? steps[Math.floor(random() * steps.length)] : undefined),
    ca: { outages: spans(random, 12, Math.min(4 * day, reserve / 5)) },
    machine: { off: spans(random, 12, Math.min(7 * day, reserve / 4)) },
  };
}

function spans(random: () => number, count: number, longest: number): Span[] {
  return Array.from({ length: count }, () => {
    const from = begin + day + random() * 365 * day;
    return { from, to: from + random() * longest };
  });
}

/** A third of the certificates, at a moment in the first half of their life. */
function movedAt({ id, notBefore, notAfter }: SimulatedCertificate): number | undefined {
  const share = seededRandom(Number(id))();
  return share < 1 / 3 ? notBefore + (notAfter - notBefore) * (0.05 + share) : undefined;
}

/** For six hours, most of a day after the CA says so. */
function movedWindow(certificate: SimulatedCertificate, now: number): Span {
  const moved = movedAt(certificate);
  if (moved === undefined || now < moved) return usualWindow(certificate);
  return { from: moved + 20 * hour, to: moved + 26 * hour };
}

function revokedWindow(certificate: SimulatedCertificate, now: number): Span {
  const moved = movedAt(certificate);
  if (moved === undefined || now < moved) return usualWindow(certificate);
  return { from: moved - 2 * hour, to: moved - hour };
}

function lateWindow({ notBefore, notAfter }: SimulatedCertificate): Span {
  const life = notAfter - notBefore;
  return { from: notAfter - life * 0.02, to: notAfter - life * 0.01 };
}
