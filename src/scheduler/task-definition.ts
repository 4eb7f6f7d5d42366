import { win32 } from 'node:path';
import { WacsError } from '../core/errors.ts';
import type { TaskDefinition } from '../core/task.ts';

/** What the wished task depends on. */
export interface TaskOptions {
  readonly baseUri: string;
  /** State folder, when it is not the usual one. */
  readonly configPath?: string | undefined;
  /** Absolute path of the program. */
  readonly executable: string;
  /** Local time of day `HH:mm:ss`; 09:00:00 unless told. */
  readonly startTime?: string | undefined;
  /** 4 hours unless told. */
  readonly randomDelaySeconds?: number | undefined;
  /** 2 hours unless told. */
  readonly executionTimeLimitSeconds?: number | undefined;
  /** Once a day unless told. */
  readonly repetitionSeconds?: number | undefined;
}

/** Longest task name Task Scheduler takes. */
const maxNameLength = 238;
/** `pathType` of the task schema. */
const maxPathLength = 260;
const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;
const minuteToDay = { least: 60, most: 86_399 };

/**
 * Name of the task that renews the certificates of one CA, as win-acme makes it: the base URI without user-info, scheme
 * and all characters that file names cannot have.
 */
export function taskName(baseUri: string): string {
  const clean = baseUri
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/^[^/@]*@/, '')
    .replace(/["<>|:*?\\/\u0000-\u001f]/g, '');
  const [before, after] = ['wacs renew (', ')'];
  return `${before}${clean.slice(0, maxNameLength - before.length - after.length)}${after}`;
}

/**
 * The wished task: daily, `--renew` for one CA, in the folder of the program.
 * @throws WacsError ConfigurationError for an impossible time, TaskDefinitionRejected for a path the schema cannot hold.
 */
export function createTaskDefinition(options: TaskOptions): TaskDefinition {
  const {
    startTime = '09:00:00',
    randomDelaySeconds = 14_400,
    executionTimeLimitSeconds = 7_200,
    repetitionSeconds,
  } = options;
  checkTimes({ startTime, randomDelaySeconds, executionTimeLimitSeconds, repetitionSeconds });
  checkPath(options.executable);
  return {
    name: taskName(options.baseUri),
    command: options.executable,
    arguments: taskArguments(options),
    workingDirectory: win32.dirname(options.executable),
    description: 'Check for renewal of ACME certificates.',
    startTime,
    randomDelaySeconds,
    executionTimeLimitSeconds,
    ...(repetitionSeconds === undefined ? {} : { repetitionSeconds }),
  };
}

/**
 * Quotes an argument so that CommandLineToArgvW gives it back: backslashes count only before a quote, where they are
 * doubled, and so they are before the closing one.
 */
export function quoteArgument(value: string): string {
  return `"${value.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

function taskArguments({ baseUri, configPath }: TaskOptions): string {
  const parts = ['--renew', '--baseuri', quoteArgument(baseUri)];
  if (configPath !== undefined) parts.push('--configpath', quoteArgument(configPath));
  return parts.join(' ');
}

type Times = Pick<TaskDefinition, 'startTime' | 'randomDelaySeconds' | 'executionTimeLimitSeconds'> & {
  readonly repetitionSeconds: number | undefined;
};

function checkTimes(times: Times): void {
  if (!timeOfDay.test(times.startTime)) throw badSetting('start time', times.startTime, 'HH:mm:ss such as 09:00:00');
  const { randomDelaySeconds: delay, executionTimeLimitSeconds: limit, repetitionSeconds: repetition } = times;
  if (!isCount(delay)) throw badSetting('random delay', delay, 'whole seconds, 0 or more');
  if (!isCount(limit)) throw badSetting('execution time limit', limit, 'whole seconds, 0 or more');
  if (repetition === undefined) return;
  const possible = isCount(repetition) && repetition >= minuteToDay.least && repetition <= minuteToDay.most;
  if (!possible) throw badSetting('repetition', repetition, 'whole seconds, at least 60 and less than a day');
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function badSetting(what: string, value: string | number, form: string): WacsError {
  return new WacsError('ConfigurationError', `cannot describe the scheduled task: ${what} "${value}" is invalid`, {
    hint: `give the ${what} as ${form}`,
  });
}

function checkPath(executable: string): void {
  if (executable.length <= maxPathLength) return;
  throw new WacsError(
    'TaskDefinitionRejected',
    `cannot describe the scheduled task: the path "${executable}" is longer than ${maxPathLength} characters`,
    {
      hint: 'move the program to a folder with a shorter path',
    },
  );
}
