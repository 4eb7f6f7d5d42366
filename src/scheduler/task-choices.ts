import type { TaskDefinition, TaskPrincipal } from '../core/task.ts';
import type { RegisteredTask } from './read-task-xml.ts';
import { isSystem } from './task-principal.ts';

const usableTime = /^\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})?$/;

/**
 * The wish with what an administrator may have chosen in taskschd.msc: start time, random delay, and an account other
 * than SYSTEM with its logon type and run level.
 */
export function withChoices(wished: TaskDefinition, registered: RegisteredTask): TaskDefinition {
  const { daily } = registered;
  const startTime = daily !== undefined && usableTime.test(daily.startTime) ? daily.startTime : wished.startTime;
  const principal = chosenPrincipal(registered);
  return {
    ...wished,
    startTime,
    randomDelaySeconds: daily?.randomDelaySeconds ?? wished.randomDelaySeconds,
    ...(principal === undefined ? {} : { principal }),
  };
}

/** Where the registered task differs from the wish by choice, a sentence each. */
export function choiceNotes(wished: TaskDefinition, registered: RegisteredTask): readonly string[] {
  const chosen = withChoices(wished, registered);
  const { principal } = chosen;
  return [
    ...note('start time', chosen.startTime, wished.startTime),
    ...note('random delay', `${chosen.randomDelaySeconds} seconds`, `${wished.randomDelaySeconds} seconds`),
    ...(principal === undefined ? [] : note('account', principal.userId || principal.groupId, 'SYSTEM')),
  ];
}

function chosenPrincipal({ userId, groupId, logonType, runLevel }: RegisteredTask): TaskPrincipal | undefined {
  const account = userId || groupId;
  return account === '' || isSystem(account) ? undefined : { userId, groupId, logonType, runLevel };
}

function note(what: string, chosen: string, wished: string): readonly string[] {
  return chosen === wished ? [] : [`its own ${what} "${chosen}" is kept in place of "${wished}"`];
}
