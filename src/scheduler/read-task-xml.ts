import { WacsError } from '../core/errors.ts';
import { parseDuration } from './duration.ts';
import { taskNamespace } from './task-xml.ts';
import { childOf, parseXml, textAt, type XmlElement } from './xml-element.ts';

/** A registered task with the defaults of the schema filled in. Durations are seconds; undefined = not readable. */
export interface RegisteredTask {
  /** Of the first Exec action; empty when there is none. */
  readonly command: string;
  readonly arguments: string;
  readonly workingDirectory: string;
  readonly actionKinds: readonly string[];
  /** Such as `CalendarTrigger/ScheduleByDay` or `BootTrigger`, in the order of the document. */
  readonly triggerKinds: readonly string[];
  /** The daily trigger: the first enabled one, otherwise the first; undefined when there is none. */
  readonly daily: DailyTrigger | undefined;
  readonly executionTimeLimitSeconds: number | undefined;
  /** Account as SID or name; empty when the task has none. */
  readonly userId: string;
  readonly groupId: string;
  /** Empty when the task names none. */
  readonly logonType: string;
  readonly runLevel: string;
  readonly enabled: boolean;
  readonly startWhenAvailable: boolean;
  readonly multipleInstancesPolicy: string;
  readonly disallowStartIfOnBatteries: boolean;
  readonly stopIfGoingOnBatteries: boolean;
  readonly runOnlyIfNetworkAvailable: boolean;
  readonly runOnlyIfIdle: boolean;
}

/** A CalendarTrigger with ScheduleByDay. */
export interface DailyTrigger {
  readonly triggerEnabled: boolean;
  /** Time of day `HH:mm:ss`; a zone suffix stays, because such a time moves with daylight saving. */
  readonly startTime: string;
  /** First day it may start, `YYYY-MM-DD`. */
  readonly startDate: string;
  /** Moment after which it starts nothing any more; undefined = never. */
  readonly endBoundary: string | undefined;
  readonly intervalDays: number;
  readonly randomDelaySeconds: number | undefined;
  /** Undefined = once a day. */
  readonly repetitionSeconds: number | undefined;
  /** How long repeating goes on; undefined = without end. */
  readonly repetitionDurationSeconds: number | undefined;
}

/**
 * Reads what `schtasks /Query /XML [ONE]` prints: a Task, or one Task in a Tasks root, possibly after other text.
 * @throws WacsError TaskVerificationFailed when the text is no such document.
 */
export async function readTaskXml(text: string): Promise<RegisteredTask> {
  const task = await parseTask(text);
  const settings = childOf(task, 'Settings');
  const principal = childOf(childOf(task, 'Principals'), 'Principal');
  const triggers = childOf(task, 'Triggers')?.children ?? [];
  return {
    ...readActions(childOf(task, 'Actions')),
    triggerKinds: triggers.map(triggerKind),
    daily: readDaily(triggers),
    executionTimeLimitSeconds: parseDuration(textAt(settings, 'ExecutionTimeLimit') ?? 'PT72H'),
    userId: textAt(principal, 'UserId') ?? '',
    groupId: textAt(principal, 'GroupId') ?? '',
    logonType: textAt(principal, 'LogonType') ?? '',
    runLevel: textAt(principal, 'RunLevel') ?? 'LeastPrivilege',
    enabled: flag(settings, 'Enabled', true),
    startWhenAvailable: flag(settings, 'StartWhenAvailable', false),
    multipleInstancesPolicy: textAt(settings, 'MultipleInstancesPolicy') ?? 'IgnoreNew',
    disallowStartIfOnBatteries: flag(settings, 'DisallowStartIfOnBatteries', true),
    stopIfGoingOnBatteries: flag(settings, 'StopIfGoingOnBatteries', true),
    runOnlyIfNetworkAvailable: flag(settings, 'RunOnlyIfNetworkAvailable', false),
    runOnlyIfIdle: flag(settings, 'RunOnlyIfIdle', false),
  };
}

async function parseTask(text: string): Promise<XmlElement> {
  try {
    return findTask(await parseXml(documentIn(text)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WacsError('TaskVerificationFailed', `cannot read the task as Task Scheduler returned it: ${reason}`, {
      hint: 'run "schtasks /Query /XML ONE /TN" with the name of the task in an elevated prompt and look at what it prints',
      cause,
    });
  }
}

/** The document without what stands around it, and without its declaration, whose encoding is not that of the text. */
function documentIn(text: string): string {
  const start = text.search(/<\?xml\b|<Tasks?\b/);
  if (start < 0) throw new Error('there is no task document in it');
  return text.slice(start, text.lastIndexOf('>') + 1).replace(/^<\?xml\b[^>]*\?>\s*/, '');
}

function findTask(root: XmlElement): XmlElement {
  const tasks = root.name === 'Tasks' ? root.children.filter((child) => child.name === 'Task') : [root];
  const [task] = tasks;
  if (task === undefined || tasks.length !== 1) throw new Error(`it holds ${tasks.length} tasks`);
  if (task.name !== 'Task') throw new Error(`its root is <${task.name}>`);
  const namespace = task.attributes.get('xmlns') ?? root.attributes.get('xmlns');
  if (namespace !== taskNamespace) throw new Error(`its namespace is ${namespace ?? 'missing'}`);
  return task;
}

function readActions(actions: XmlElement | undefined) {
  const exec = childOf(actions, 'Exec');
  return {
    command: textAt(exec, 'Command') ?? '',
    arguments: textAt(exec, 'Arguments') ?? '',
    workingDirectory: textAt(exec, 'WorkingDirectory') ?? '',
    actionKinds: (actions?.children ?? []).map((action) => action.name),
  };
}

const dailyKind = 'CalendarTrigger/ScheduleByDay';

function triggerKind(trigger: XmlElement): string {
  const schedule = trigger.children.find((child) => child.name.startsWith('ScheduleBy'));
  return schedule === undefined ? trigger.name : `${trigger.name}/${schedule.name}`;
}

function readDaily(triggers: readonly XmlElement[]): DailyTrigger | undefined {
  const all = triggers.filter((trigger) => triggerKind(trigger) === dailyKind).map(readDailyTrigger);
  return all.find((trigger) => trigger.triggerEnabled) ?? all[0];
}

function readDailyTrigger(trigger: XmlElement): DailyTrigger {
  const repetition = childOf(trigger, 'Repetition');
  return {
    triggerEnabled: flag(trigger, 'Enabled', true),
    startTime: timeOfDay(textAt(trigger, 'StartBoundary') ?? ''),
    startDate: (textAt(trigger, 'StartBoundary') ?? '').replace(/T.*$/, ''),
    endBoundary: textAt(trigger, 'EndBoundary'),
    intervalDays: Number(textAt(trigger, 'ScheduleByDay', 'DaysInterval') ?? 1),
    randomDelaySeconds: parseDuration(textAt(trigger, 'RandomDelay') ?? 'PT0M'),
    repetitionSeconds: optionalDuration(textAt(repetition, 'Interval')),
    repetitionDurationSeconds: optionalDuration(textAt(repetition, 'Duration')),
  };
}

/** `2024-01-01T09:00:00.000` gives `09:00:00`, `2024-01-01T09:00:00Z` gives `09:00:00Z`. */
function timeOfDay(boundary: string): string {
  return boundary.replace(/^[^T]*T/, '').replace(/\.\d+/, '');
}

function optionalDuration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function flag(element: XmlElement | undefined, name: string, otherwise: boolean): boolean {
  const text = textAt(element, name);
  return text === undefined || text === '' ? otherwise : text === 'true' || text === '1';
}
