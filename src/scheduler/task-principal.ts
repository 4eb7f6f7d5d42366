import type { TaskPrincipal } from '../core/task.ts';

/** SID of the SYSTEM account; its name is translated on localized systems. */
export const systemSid = 'S-1-5-18';

const systemNames: ReadonlySet<string> = new Set([systemSid.toLowerCase(), 'system', 'nt authority\\system']);

/** The account of the task unless an administrator chose another one. */
export const systemPrincipal: TaskPrincipal = {
  userId: systemSid,
  groupId: '',
  // The schema has no word for service accounts, and the SID says it all.
  logonType: '',
  runLevel: 'HighestAvailable',
};

/** True for a name or SID that means SYSTEM. */
export function isSystem(account: string): boolean {
  return systemNames.has(account.toLowerCase());
}

/** True when a task of this account starts although nobody is logged on ([MS-TSCH] 2.5.3). */
export function runsUnattended({ groupId, logonType }: Pick<TaskPrincipal, 'groupId' | 'logonType'>): boolean {
  return groupId === '' && !logonType.startsWith('InteractiveToken');
}
