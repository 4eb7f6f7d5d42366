import { WacsError } from '../core/errors.ts';
import type { TaskDefinition } from '../core/task.ts';
import { formatDuration } from './duration.ts';
import { systemPrincipal } from './task-principal.ts';

/** Namespace of task documents ([MS-TSCH] 2.5). */
export const taskNamespace = 'http://schemas.microsoft.com/windows/2004/02/mit/task';

/** A day in the past: only the time of day counts, and the same wish gives the same document. */
const startDate = '2024-01-01';

/** Characters XML 1.0 cannot hold, escaped or not, and halves of surrogate pairs. */
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/**
 * The task document ([MS-TSCH] 2.5, version 1.2) in the order Windows exports it. It holds no current date: the same
 * definition always gives the same text.
 * @throws WacsError TaskDefinitionRejected when a text contains characters XML cannot hold.
 */
export function taskXml(definition: TaskDefinition): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="${taskNamespace}">
  <RegistrationInfo>
    <Source>wacs</Source>
    <Author>wacs</Author>
    <Description>${escapeText(definition.description)}</Description>
    <URI>\\${escapeText(definition.name)}</URI>
  </RegistrationInfo>
${triggers(definition)}
${principals(definition)}
${settings(definition)}
${actions(definition)}
</Task>
`;
}

/** The bytes `schtasks /XML` reads: UTF-16LE with byte order mark. UTF-8 and UTF-16BE are refused by it. */
export function encodeTaskXml(xml: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\ufeff${xml}`, 'utf16le'));
}

function triggers(definition: TaskDefinition): string {
  return `  <Triggers>
    <CalendarTrigger>
${repetition(definition.repetitionSeconds)}      <StartBoundary>${startDate}T${escapeText(definition.startTime)}</StartBoundary>
      <Enabled>true</Enabled>
      <RandomDelay>${formatDuration(definition.randomDelaySeconds)}</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>`;
}

function repetition(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return `      <Repetition>
        <Interval>${formatDuration(seconds)}</Interval>
        <Duration>P1D</Duration>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
`;
}

function principals({ principal = systemPrincipal }: TaskDefinition): string {
  const { userId, groupId, logonType, runLevel } = principal;
  const element = (name: string, value: string): string =>
    value === '' ? '' : `      <${name}>${escapeText(value)}</${name}>\n`;
  // Both together are refused (SCHED_E_UNEXPECTEDNODE).
  const account = userId === '' ? element('GroupId', groupId) : element('UserId', userId);
  return `  <Principals>
    <Principal id="Author">
${account}${element('LogonType', logonType)}${element('RunLevel', runLevel)}    </Principal>
  </Principals>`;
}

// RestartOnFailure covers an action that cannot be started (file briefly locked by an update); an exit code is no
// failure to it ([MS-TSCH] 2.5.4.2). The battery defaults of the schema would also stop servers running on a UPS.
function settings(definition: TaskDefinition): string {
  return `  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>${formatDuration(definition.executionTimeLimitSeconds)}</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1H</Interval>
      <Count>3</Count>
    </RestartOnFailure>
  </Settings>`;
}

function actions(definition: TaskDefinition): string {
  return `  <Actions Context="Author">
    <Exec>
      <Command>${escapeText(definition.command)}</Command>
      <Arguments>${escapeText(definition.arguments)}</Arguments>
      <WorkingDirectory>${escapeText(definition.workingDirectory)}</WorkingDirectory>
    </Exec>
  </Actions>`;
}

function escapeText(text: string): string {
  if (notXml.test(text)) {
    throw new WacsError(
      'TaskDefinitionRejected',
      `cannot describe the task: ${JSON.stringify(text)} contains control characters`,
      {
        hint: 'use paths and a base URI without control characters',
      },
    );
  }
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}
