import { WacsError } from '../../core/errors.ts';
import type { ReportedLastRun, ReportedTask } from '../../core/report.ts';
import type { TaskHealth } from '../../core/task.ts';
import type { CommandResult, RunContext } from '../run-context.ts';

/** `--checktaskscheduler`: compares the scheduled task with the wish and tells when it last did its work. */
export async function checkTaskScheduler(context: RunContext): Promise<CommandResult> {
  const definition = await context.taskDefinition();
  const tasks = await context.tasks();
  const health = await tasks.check(definition);
  const notes = [...health.notes, ...(await pathNotes(definition.command, context))];
  const lastRun = await readLastRun(context);
  tell(health, notes, context);
  context.log.info(lastRunText(lastRun));
  const { name, state, problems } = health;
  const task: ReportedTask = { name, state, problems, notes, ...(lastRun === undefined ? {} : { lastRun }) };
  if (state === 'healthy') return { outcome: 'Success', renewals: [], task };
  const error = unhealthy(health);
  return { outcome: error.code, renewals: [], error, task };
}

/** Where the program lies is no matter of the task itself, but whoever asks wants to know. */
async function pathNotes(path: string, context: RunContext): Promise<readonly string[]> {
  const guard = await context.guard();
  return (await guard.inspect(path)).map((problem) => `unsafe for a task of SYSTEM: ${problem}`);
}

async function readLastRun({ lastRun, clock }: RunContext): Promise<ReportedLastRun | undefined> {
  const run = await lastRun();
  if (run === undefined) return undefined;
  const { command, endedAt, exitCode, exitName } = run;
  const ageSeconds = Math.max(0, Math.round((clock.now().getTime() - endedAt.getTime()) / 1000));
  return { command, endedAt: endedAt.toISOString(), exitCode, exitName, ageSeconds };
}

function tell(health: TaskHealth, notes: readonly string[], { log }: RunContext): void {
  if (health.state === 'healthy') log.info(`scheduled task "${health.name}" is as it should be`);
  if (health.problems.length > 1) for (const problem of health.problems) log.warning(`scheduled task: ${problem}`);
  for (const note of notes) log.info(`scheduled task: ${note}`);
}

function lastRunText(run: ReportedLastRun | undefined): string {
  if (run === undefined) return 'last run: none on record';
  const { command, exitCode, exitName, endedAt, ageSeconds } = run;
  return `last run: --${command} ended on ${endedAt}, ${ageText(ageSeconds)} ago, with exit code ${exitCode} (${exitName})`;
}

function ageText(seconds: number): string {
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}

function unhealthy({ name, state, problems }: TaskHealth): WacsError {
  if (state === 'missing') {
    return new WacsError('TaskMissing', `there is no scheduled task "${name}"`, {
      hint: 'run wacs --setuptaskscheduler from an elevated prompt',
    });
  }
  const what = problems.length === 1 ? problems[0] : `${problems.length} problems`;
  return new WacsError('TaskUnhealthy', `the scheduled task "${name}" is not as it should be: ${what}`, {
    hint: 'run wacs --setuptaskscheduler from an elevated prompt to repair it; with --force, account and times too',
  });
}
