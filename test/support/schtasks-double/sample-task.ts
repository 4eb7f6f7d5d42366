import type { WinePrefix } from '../wine/wine-prefix.ts';

export const SAMPLE_TASK = '\\App\\Renew';

/** Imports a document (text becomes UTF-16LE with a byte order mark) and gives back the exit code in full. */
export async function importTask(prefix: WinePrefix, document: string | Buffer): Promise<number> {
  await writeTaskFile(prefix, document);
  return exitCodeOf(prefix, `schtasks /create /tn ${SAMPLE_TASK} /xml C:\\task.xml /f /hresult`);
}

/** Writes `C:\task.xml`. */
export async function writeTaskFile(prefix: WinePrefix, document: string | Buffer): Promise<void> {
  await prefix.writeFile(
    'C:\\task.xml',
    typeof document === 'string' ? Buffer.from(`\uFEFF${document}`, 'utf16le') : document,
  );
}

/** A batch file sees all 32 bits, Linux only 8. */
export async function exitCodeOf(prefix: WinePrefix, command: string): Promise<number> {
  const { stdout } = await prefix.runBatch(`@${command} >nul 2>&1\n@echo %ERRORLEVEL%\n`);
  if (!/^-?\d+\s*$/.test(stdout)) throw new Error(`the batch file told no exit code: ${stdout}`);
  return Number(stdout) >>> 0;
}

/** A task the service would accept, as its path `SAMPLE_TASK` and account are written after registration. */
export function sampleTaskXml(): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Author>wacs</Author><Description>Renews</Description><URI>\\App\\Renew</URI></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2024-01-01T09:00:00</StartBoundary><Enabled>true</Enabled><RandomDelay>PT4H</RandomDelay>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <Enabled>true</Enabled><Hidden>false</Hidden><ExecutionTimeLimit>PT2H</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1H</Interval><Count>3</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>C:\\wacs\\wacs.exe</Command><Arguments>--renew</Arguments></Exec>
  </Actions>
</Task>
`;
}
