import { day, hour, minute, type Span, spanAt } from './units.ts';

/** The scheduled task of a machine; lengths are milliseconds. */
export interface Task {
  /** After midnight. */
  readonly startBoundary: number;
  readonly randomDelay: number;
}

/** win-acme's and the program's own settings. */
export const usualTask: Task = { startBoundary: 9 * hour, randomDelay: 4 * hour };

/** What a machine makes of its task. */
export interface Machine {
  readonly task: Task;
  /** A number in [0, 1) for the delay of a day, the same whenever it is asked for. */
  readonly delayShare: (dayNumber: number) => number;
  /** When it is switched off. */
  readonly off?: readonly Span[];
}

/**
 * The task's next start after a moment. A repetition counts from the delayed start of the day; a start that was missed
 * is made up for once, soon after the machine is back (StartWhenAvailable).
 * @param repetition undefined: once a day
 */
export function nextStart(after: number, machine: Machine, repetition: number | undefined): number {
  const start = nextTrigger(after, machine, repetition);
  const off = spanAt(machine.off ?? [], start);
  return off === undefined ? start : Math.max(off.to + 10 * minute, after + minute);
}

function nextTrigger(after: number, { task, delayShare }: Machine, repetition: number | undefined): number {
  for (let dayNumber = Math.floor(after / day) - 1; ; dayNumber += 1) {
    const first = dayNumber * day + task.startBoundary + delayShare(dayNumber) * task.randomDelay;
    const last = repetition === undefined ? first : first + day - repetition;
    for (let start = first; start <= last; start += repetition ?? day) if (start > after) return start;
  }
}
