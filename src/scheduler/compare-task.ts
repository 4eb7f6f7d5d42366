import { win32 } from 'node:path';
import type { TaskDefinition } from '../core/task.ts';
import type { DailyTrigger, RegisteredTask } from './read-task-xml.ts';
import { isSystem, runsUnattended, systemPrincipal } from './task-principal.ts';

/** Values of environment variables that the command of a task may contain, by name in lower case. */
export type TaskEnvironment = ReadonlyMap<string, string>;

const noVariables: TaskEnvironment = new Map();
const day = 86_400;

/** What a comparison needs to know beside the two tasks. */
export interface ComparisonContext {
  readonly environment?: TaskEnvironment;
  readonly now: Date;
}

/**
 * Differences between the wished task and the registered one, a sentence each; empty when the registered one will do
 * what is wished. Compared are values, not texts: Windows rewrites the document when it registers a task. Triggers and
 * `--verbose` that an administrator added are no differences.
 */
export function compareTask(
  wished: TaskDefinition,
  registered: RegisteredTask,
  { environment = noVariables, now }: ComparisonContext,
): readonly string[] {
  return [
    ...actionProblems(wished, registered, environment),
    ...triggerProblems(wished, registered, now),
    ...principalProblems(wished, registered),
    ...settingProblems(wished, registered),
  ];
}

/** Why a task that is as wished will still not run: its account needs somebody to be logged on. */
export function unattendedProblems(registered: RegisteredTask): readonly string[] {
  if (runsUnattended(registered)) return [];
  const account = registered.groupId === '' ? registered.userId : `a member of ${registered.groupId}`;
  return [`it runs only while ${account} is logged on`];
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

function triggerProblems(wished: TaskDefinition, registered: RegisteredTask, now: Date): readonly string[] {
  const trigger = registered.daily;
  if (trigger === undefined) {
    return [`it has no daily trigger, but: ${registered.triggerKinds.join(', ') || 'none at all'}`];
  }
  return [
    ...(trigger.triggerEnabled ? [] : ['its daily trigger is disabled']),
    ...difference('its start time is', trigger.startTime, wished.startTime),
    ...startDateProblems(trigger, now),
    ...(trigger.intervalDays === 1 ? [] : [`it runs every ${trigger.intervalDays} days instead of every day`]),
    ...difference('its random delay is', seconds(trigger.randomDelaySeconds), seconds(wished.randomDelaySeconds)),
    ...(trigger.endBoundary === undefined ? [] : [`its daily trigger ends on ${trigger.endBoundary}`]),
    ...repetitionProblems(wished.repetitionSeconds, trigger),
  ];
}

/** Tomorrow is what taskschd.msc may write when the time of today has passed. */
function startDateProblems({ startDate }: DailyTrigger, now: Date): readonly string[] {
  const far = Date.parse(startDate) > now.getTime() + 2 * day * 1000;
  return far ? [`it does not start before ${startDate}`] : [];
}

function repetitionProblems(wished: number | undefined, trigger: DailyTrigger): readonly string[] {
  const actual = trigger.repetitionSeconds;
  if (wished === undefined)
    return actual === undefined ? [] : [`it runs every ${actual} seconds instead of once a day`];
  if (actual === undefined) return [`it runs once a day instead of every ${wished} seconds`];
  const duration = trigger.repetitionDurationSeconds;
  return [
    ...difference('it repeats after', seconds(actual), seconds(wished)),
    ...(duration === undefined || duration >= day ? [] : [`it stops repeating after ${duration} seconds`]),
  ];
}

function principalProblems(
  { principal = systemPrincipal }: TaskDefinition,
  registered: RegisteredTask,
): readonly string[] {
  const fold = (account: string): string => (isSystem(account) ? 'SYSTEM' : account.toLowerCase());
  const actual = registered.userId || registered.groupId;
  const wished = principal.userId || principal.groupId;
  const shown = isSystem(wished) ? 'SYSTEM' : `"${wished}"`;
  return [
    ...(fold(actual) === fold(wished) ? [] : [`it runs as "${actual || 'nobody'}" instead of ${shown}`]),
    ...difference('its run level is', registered.runLevel, principal.runLevel),
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

/** A path as Windows compares it: normal form, lower case, no backslash at its end. */
export function foldPath(path: string): string {
  const normal = win32.normalize(path).toLowerCase();
  return /[^:]\\$/.test(normal) ? normal.slice(0, -1) : normal;
}

function withoutVerbose(text: string): string {
  return text.replace(/(?:^|\s)--verbose(?=\s|$)/gi, '').trim();
}
