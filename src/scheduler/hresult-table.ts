import type { ErrorCode } from '../core/errors.ts';

/** What is known of one HRESULT or NTSTATUS that schtasks can end with. */
export interface HresultInfo {
  /** Unsigned 32-bit number. */
  readonly value: number;
  readonly name: string;
  readonly meaning: string;
  /** Next action, as a sentence; empty for successes. */
  readonly hint: string;
  /** Failure it stands for; undefined for successes. */
  readonly error: ErrorCode | undefined;
}

type Row = readonly [value: number, name: string, meaning: string, hint?: string];

const startService = 'start the "Task Scheduler" service (sc start Schedule) and run the command again';
const elevate =
  'run from an elevated prompt as an administrator; if it was one, another account owns the task: delete it in taskschd.msc';
const enableService = 'run "sc config Schedule start= auto", restart the server and run the command again';
const restartService = 'restart the "Task Scheduler" service or the server and run the command again';
const asLocalSystem = 'set the service "Schedule" to log on as Local System and restart it';
const repairWindows = 'repair the Windows installation';
const retryLater = 'wait a minute and run the command again';
const reportDefinition = 'run with --verbose and report the task XML together with the text schtasks printed';
const useSystem = 'let the task run as SYSTEM: delete it in taskschd.msc and register it again';
const recreate = 'delete the task in taskschd.msc and register it again';
const localOnly = 'register the task on the server itself';
const crashed =
  'run schtasks by hand in an elevated prompt; if it ends the same way, check the system with sfc /scannow';
const lookAtTask = 'look at the task in taskschd.msc';

// winerror.h and [MS-TSCH] 2.3.14 / 3.2.5: SCHED_S_* registered or answered, nothing failed.
const successes: readonly Row[] = [
  [0x00000000, 'S_OK', 'done'],
  [0x00041300, 'SCHED_S_TASK_READY', 'the task is ready to run at its next scheduled time'],
  [0x00041301, 'SCHED_S_TASK_RUNNING', 'the task is running'],
  [0x00041302, 'SCHED_S_TASK_DISABLED', 'the task is disabled'],
  [0x00041303, 'SCHED_S_TASK_HAS_NOT_RUN', 'the task has not run yet'],
  [0x00041304, 'SCHED_S_TASK_NO_MORE_RUNS', 'the task has no more runs'],
  [0x00041305, 'SCHED_S_TASK_NOT_SCHEDULED', 'properties needed to schedule the task are missing'],
  [0x00041306, 'SCHED_S_TASK_TERMINATED', 'the last run was ended by a user or the time limit'],
  [0x00041307, 'SCHED_S_TASK_NO_VALID_TRIGGERS', 'the task has no triggers, or disabled ones only'],
  [0x00041308, 'SCHED_S_EVENT_TRIGGER', 'event triggers have no run times'],
  [0x0004131b, 'SCHED_S_SOME_TRIGGERS_FAILED', 'the task is registered, but not all triggers will start it'],
  [0x0004131c, 'SCHED_S_BATCH_LOGON_PROBLEM', 'the task is registered, but its account may not log on as a batch job'],
  [0x00041325, 'SCHED_S_TASK_QUEUED', 'the task is queued'],
];

const failures: Readonly<Partial<Record<ErrorCode, readonly Row[]>>> = {
  TaskAccessDenied: [[0x80070005, 'E_ACCESSDENIED', 'access is denied', elevate]],
  TaskSchedulerUnavailable: [
    [0x8004130c, 'SCHED_E_SERVICE_NOT_INSTALLED', 'the Task Scheduler service is not installed', repairWindows],
    [0x80041315, 'SCHED_E_SERVICE_NOT_RUNNING', 'the Task Scheduler service is not running', startService],
    [0x80041322, 'SCHED_E_SERVICE_NOT_AVAILABLE', 'the Task Scheduler service is not available', startService],
    [0x80041323, 'SCHED_E_SERVICE_TOO_BUSY', 'the Task Scheduler service is too busy', retryLater],
    [0x80070422, 'ERROR_SERVICE_DISABLED', 'the Task Scheduler service is disabled', enableService],
    [0x80070426, 'ERROR_SERVICE_NOT_ACTIVE', 'the Task Scheduler service has not been started', startService],
    [0x800706b5, 'RPC_S_UNKNOWN_IF', 'the Task Scheduler service is not fully up', retryLater],
    [0x800706ba, 'RPC_S_SERVER_UNAVAILABLE', 'the RPC server of Task Scheduler is unavailable', startService],
  ],
  TaskDefinitionRejected: [
    [0x80004005, 'E_FAIL', 'schtasks did not accept its command line', reportDefinition],
    [0x80041313, 'SCHED_E_UNKNOWN_OBJECT_VERSION', 'the task version is unsupported or invalid', reportDefinition],
    [0x80041316, 'SCHED_E_UNEXPECTEDNODE', 'the task XML contains an unexpected element', reportDefinition],
    [0x80041317, 'SCHED_E_NAMESPACE', 'the task XML has the wrong namespace', reportDefinition],
    [0x80041318, 'SCHED_E_INVALIDVALUE', 'a value in the task XML is malformed or out of range', reportDefinition],
    [0x80041319, 'SCHED_E_MISSINGNODE', 'the task XML lacks a required element', reportDefinition],
    [0x8004131a, 'SCHED_E_MALFORMEDXML', 'the task XML is malformed', reportDefinition],
    [0x8004131d, 'SCHED_E_TOO_MANY_NODES', 'the task XML contains an element too often', reportDefinition],
    [0x80041327, 'SCHED_E_TASK_NOT_V1_COMPAT', 'the task is not compatible with the old task format', reportDefinition],
    [0x80070057, 'E_INVALIDARG', 'an argument is invalid', reportDefinition],
    [0x8007007b, 'ERROR_INVALID_NAME', 'the task name is not a valid path', reportDefinition],
  ],
  TaskAccountError: [
    [0x8004130f, 'SCHED_E_ACCOUNT_INFORMATION_NOT_SET', 'no credentials are stored for the task', useSystem],
    [0x80041310, 'SCHED_E_ACCOUNT_NAME_NOT_FOUND', 'the account of the task does not exist', useSystem],
    [0x80041314, 'SCHED_E_UNSUPPORTED_ACCOUNT_OPTION', 'the account does not allow these options', useSystem],
    [0x8007052e, 'ERROR_LOGON_FAILURE', 'user name or password is wrong', useSystem],
    [0x80070534, 'ERROR_NONE_MAPPED', 'the account name cannot be mapped to an account', useSystem],
    [0x80070569, 'ERROR_LOGON_TYPE_NOT_GRANTED', 'the account may not log on as a batch job', useSystem],
  ],
  TaskSchedulerError: [
    [0x00001838, 'SCHED_E_SERVICE_NOT_LOCALSYSTEM', 'the service does not run as LocalSystem', asLocalSystem],
    [0x80071838, 'SCHED_E_SERVICE_NOT_LOCALSYSTEM', 'the service does not run as LocalSystem', asLocalSystem],
    [0x80000003, 'STATUS_BREAKPOINT', 'schtasks crashed (breakpoint)', crashed],
    [0x80041309, 'SCHED_E_TRIGGER_NOT_FOUND', 'the trigger is not found', recreate],
    [0x8004130a, 'SCHED_E_TASK_NOT_READY', 'properties needed to run the task are missing', recreate],
    [0x8004130b, 'SCHED_E_TASK_NOT_RUNNING', 'the task does not run', lookAtTask],
    [0x8004130d, 'SCHED_E_CANNOT_OPEN_TASK', 'the task cannot be opened', recreate],
    [0x8004130e, 'SCHED_E_INVALID_TASK', 'the stored task is invalid', recreate],
    [0x80041311, 'SCHED_E_ACCOUNT_DBASE_CORRUPT', 'the credential database is corrupt', restartService],
    [
      0x80041312,
      'SCHED_E_NO_SECURITY_SERVICES',
      'security services are not available',
      'use a supported version of Windows',
    ],
    [0x8004131e, 'SCHED_E_PAST_END_BOUNDARY', 'the task would start after its end', recreate],
    [0x8004131f, 'SCHED_E_ALREADY_RUNNING', 'the task is already running', retryLater],
    [0x80041320, 'SCHED_E_USER_NOT_LOGGED_ON', 'the user of the task is not logged on', useSystem],
    [0x80041321, 'SCHED_E_INVALID_TASK_HASH', 'the stored task was tampered with or is corrupt', recreate],
    [0x80041324, 'SCHED_E_TASK_ATTEMPTED', 'the task did not start: a condition was not met', lookAtTask],
    [0x80041326, 'SCHED_E_TASK_DISABLED', 'the task is disabled', recreate],
    [0x80041328, 'SCHED_E_START_ON_DEMAND', 'the task may not be started by hand', recreate],
    [0x80041329, 'SCHED_E_TASK_NOT_UBPM_COMPAT', 'the unified scheduling engine cannot run the task', recreate],
    [0x80041330, 'SCHED_E_DEPRECATED_FEATURE_USED', 'the task uses a removed feature of Windows', recreate],
    [0x80070002, 'ERROR_FILE_NOT_FOUND', 'the task or a file is not found', lookAtTask],
    [0x80070003, 'ERROR_PATH_NOT_FOUND', 'the task folder or a path is not found', lookAtTask],
    [0x8007000d, 'ERROR_INVALID_DATA', 'the data is invalid', recreate],
    [0x8007000e, 'E_OUTOFMEMORY', 'memory ran out, or an account without password was given', retryLater],
    [0x80070032, 'ERROR_NOT_SUPPORTED', 'the request is not supported', localOnly],
    [0x80070035, 'ERROR_BAD_NETPATH', 'the computer is not found', localOnly],
    [0x800700b7, 'ERROR_ALREADY_EXISTS', 'a task or folder of this name exists', 'rename or delete it in taskschd.msc'],
    [0x8007010b, 'ERROR_DIRECTORY', 'the working directory of the task is invalid', recreate],
    [0x800704c7, 'ERROR_CANCELLED', 'the operation was cancelled by the user', elevate],
    [0x80070520, 'ERROR_NO_SUCH_LOGON_SESSION', 'the logon session does not exist', useSystem],
    [0x800710e0, 'ERROR_REQUEST_REFUSED', 'the task was refused by its own conditions', lookAtTask],
    [0x8000ffff, 'E_UNEXPECTED', 'Task Scheduler ran into an unexpected state', restartService],
    [0xc0000005, 'STATUS_ACCESS_VIOLATION', 'schtasks crashed (access violation)', crashed],
    [0xc000013a, 'STATUS_CONTROL_C_EXIT', 'schtasks was ended by Ctrl+C', 'run the command again'],
    [0xc0000409, 'STATUS_STACK_BUFFER_OVERRUN', 'schtasks crashed (fast fail)', crashed],
  ],
};

/** Every HRESULT the program can name: winerror.h, [MS-TSCH] 2.3.14 and, for crashes, ntstatus.h. */
export const hresultTable: readonly HresultInfo[] = [
  ...successes.map((row) => toInfo(row, undefined)),
  ...Object.entries(failures).flatMap(([error, rows]) => rows.map((row) => toInfo(row, error as ErrorCode))),
];

function toInfo([value, name, meaning, hint = '']: Row, error: ErrorCode | undefined): HresultInfo {
  return { value, name, meaning, hint, error };
}
