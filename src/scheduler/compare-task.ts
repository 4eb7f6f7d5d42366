import { win32 } from 'node:path';
import type { TaskDefinition } from '../core/task.ts';
import type { DailyTrigger, RegisteredTask } from './read-task-xml.ts';
import { systemSid } from './task-xml.ts';

/** Values of environment variables that the command of a task may contain, by name in lower case. */
export type TaskEnvironment = ReadonlyMap<string, string>;

const noVariables: TaskEnvironment = new Map();

const systemNames: ReadonlySet<string> = new Set([systemSid.toLowerCase(), 'system', 'nt authority\\system']);
const day = 86_400;

/**
 * Differences between the wished task and the registered one, a sentence each; empty when the registered one will do
 * what is wished. Compared are values, not texts: Windows rewrites the document when it registers a task. Triggers and
 * `--verbose` that an administrator added are no differences.
 */
export function compareTask(
  wished: TaskDefinition,
  registered: RegisteredTask,
  environment: TaskEnvironment = noVariables,
): readonly string[] {
  return [
    ...actionProblems(wished, registered, environment),
    ...triggerProblems(wished, registered),
    ...principalProblems(registered),
    ...settingProblems(wished, registered),
  ];
}

/** The command of a task as a path: without quotes, with the given variables in place of their `%names%`. */
export function commandPath(command: string, environment: TaskEnvironment = noVariables): string {
  const bare = command.trim().replace(/^"(.*)"$/, '$1');
  return bare.replace(/%([^%]+)%/g, (whole, name: string) => environment.get(name.toLowerCase()) ?? whole);
}

function actionProblems(
  wished: TaskDefinition,
  registered: RegisteredTask,
  environment: TaskEnvironment,
): readonly string[] {
  const kinds = registered.actionKinds;
  if (kinds.length !== 1 || kinds[0] !== 'Exec') {
    return [`it must start one program and nothing else, but its actions are: ${kinds.join(', ') || 'none'}`];
  }
  const folded = (path: string) => foldPath(commandPath(path, environment));
  return [
    ...difference('it starts', registered.command, wished.command, folded),
    ...difference('its arguments are', registered.arguments, wished.arguments, withoutVerbose),
    ...difference('its working directory is', registered.workingDirectory, wished.workingDirectory, folded),
  ];
}

function triggerProblems(wished: TaskDefinition, registered: RegisteredTask): readonly string[] {
  const trigger = registered.daily;
  if (trigger === undefined) {
    return [`it has no daily trigger, but: ${registered.triggerKinds.join(', ') || 'none at all'}`];
  }
  return [
    ...(trigger.triggerEnabled ? [] : ['its daily trigger is disabled']),
    ...difference('its start time is', trigger.startTime, wished.startTime),
    ...(trigger.intervalDays === 1 ? [] : [`it runs every ${trigger.intervalDays} days instead of every day`]),
    ...difference('its random delay is', seconds(trigger.randomDelaySeconds), seconds(wished.randomDelaySeconds)),
    ...(trigger.endBoundary === undefined ? [] : [`its daily trigger ends on ${trigger.endBoundary}`]),
    ...repetitionProblems(wished.repetitionSeconds, trigger),
  ];
}

function repetitionProblems(wished: number | undefined, trigger: DailyTrigger): readonly string[] {
  // Repeating more often than wished does no harm: nothing is due then.
  if (wished === undefined) return [];
  if (trigger.repetitionSeconds === undefined) return [`it runs once a day instead of every ${wished} seconds`];
  const duration = trigger.repetitionDurationSeconds;
  return [
    ...difference('it repeats after', seconds(trigger.repetitionSeconds), seconds(wished)),
    ...(duration === undefined || duration >= day ? [] : [`it stops repeating after ${duration} seconds`]),
  ];
}

function principalProblems(registered: RegisteredTask): readonly string[] {
  const account = registered.userId || registered.groupId;
  const isSystem = systemNames.has(account.toLowerCase());
  return [
    ...(isSystem ? [] : [`it runs as "${account || 'nobody'}" instead of SYSTEM`]),
    ...difference('its run level is', registered.runLevel, 'HighestAvailable'),
  ];
}

function settingProblems(wished: TaskDefinition, registered: RegisteredTask): readonly string[] {
  const limit = registered.executionTimeLimitSeconds;
  return [
    ...(registered.enabled ? [] : ['it is disabled']),
    ...difference('its execution time limit is', seconds(limit), seconds(wished.executionTimeLimitSeconds)),
    ...(registered.startWhenAvailable ? [] : ['it does not make up for missed starts (StartWhenAvailable)']),
    ...difference('its policy for a second instance is', registered.multipleInstancesPolicy, 'IgnoreNew'),
    ...(registered.disallowStartIfOnBatteries ? ['it does not start on battery or UPS power'] : []),
    ...(registered.stopIfGoingOnBatteries ? ['it is stopped when the server goes on battery or UPS power'] : []),
    ...(registered.runOnlyIfNetworkAvailable ? ['it runs only when Windows believes a network is available'] : []),
    ...(registered.runOnlyIfIdle ? ['it runs only when the server is idle'] : []),
  ];
}

function difference(what: string, actual: string, expected: string, fold = (text: string) => text): readonly string[] {
  return fold(actual) === fold(expected) ? [] : [`${what} "${actual}" instead of "${expected}"`];
}

function seconds(value: number | undefined): string {
  return value === undefined ? 'unreadable' : `${value} seconds`;
}

function foldPath(path: string): string {
  const normal = win32.normalize(path).toLowerCase();
  return /[^:]\\$/.test(normal) ? normal.slice(0, -1) : normal;
}

function withoutVerbose(text: string): string {
  return text.replace(/(?:^|\s)--verbose(?=\s|$)/gi, '').trim();
}
