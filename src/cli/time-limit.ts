import type { ParsedArguments } from './parse.ts';

/** A start-up script of Group Policy is ended after 600 s; clean-up and exit fit into the difference. */
const scriptLimitSeconds = 540;
/** Somebody has to put a challenge in place. */
const manualLimitSeconds = 3600;
const usualTaskLimitSeconds = 7200;
/** The part of the task's time limit after which a renewal stops by itself, in time to report. */
const partOfTaskLimit = 11 / 12;
/** Waits up to this length are part of the limit; longer ones that were asked for are added to it. */
const includedWaitSeconds = 300;

/**
 * Seconds after which a run ends by itself: `--timelimit`, else 540, which fits into a start-up script; an hour for
 * `--validation manual`; for `--renew`, which the scheduled task runs, 11/12 of the task's own limit.
 * @param taskLimitSeconds 0 for a task without limit
 */
export function timeLimitSeconds(
  { command, given, values }: Pick<ParsedArguments, 'command' | 'given' | 'values'>,
  taskLimitSeconds: number,
): number {
  const wished = values.integer('timelimit');
  if (wished !== undefined) return wished;
  const taskLimit = taskLimitSeconds === 0 ? usualTaskLimitSeconds : taskLimitSeconds;
  const byHand = command === 'create' && values.text('validation') === 'manual';
  const forPeople = byHand ? manualLimitSeconds : scriptLimitSeconds;
  const usual = command === 'renew' ? Math.max(60, Math.floor(taskLimit * partOfTaskLimit)) : forPeople;
  const extra = ['waitforlock', 'waitfornetwork']
    .filter((name) => given.includes(name))
    .map((name) => Math.max(0, (values.integer(name) ?? 0) - includedWaitSeconds));
  return extra.reduce((sum, seconds) => sum + seconds, usual);
}
