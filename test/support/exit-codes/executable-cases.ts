import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import type { Outcome } from '../../../src/exit-codes.ts';
import { until } from '../../executable/windows-bench.ts';
import { damage } from '../../pebble/state-checks.ts';
import type { DoubleSettings } from '../schtasks-double/steer-double.ts';
import { putFile } from '../windows/windows-machine.ts';
import type { ExecutableBench, ExecutableCase } from './executable-case.ts';

const renew = ['--renew', '--notaskscheduler'];
const none = (): undefined => undefined;
/** One thing to repair, so that a registration that takes place cannot be overlooked. */
const old = (good: string): string => good.replace('PT2H', 'PT1H');

/** Codes of the executable, and what a batch file sees of them. */
export const executableCases: readonly ExecutableCase[] = [
  { name: 'Success', how: 'nothing is due', args: renew },
  { name: 'Success', how: 'the task is registered', args: ['--setuptaskscheduler'], task: none, changesTask: true },
  { name: 'Success', how: 'the task is as it should be', args: ['--checktaskscheduler'] },
  { name: 'UsageError', how: 'an argument nobody knows', args: ['--renew', '--hots', 'a.test'], shown: /--host/ },
  { name: 'NothingDue', how: 'nothing is due', args: [...renew, '--detailedexitcode'] },
  { name: 'ConfigurationError', how: 'a renewal file is damaged', args: renew, prepare: damageRenewal },
  { name: 'AccessDenied', how: 'a file may not be replaced', args: renew, prepare: holdStatus },
  {
    name: 'StorageError',
    how: 'a file is where the state folder should be',
    args: [...renew, '--configpath', 'C:\\file\\state'],
    prepare: async ({ machine }) => void (await putFile(machine, 'C:\\file', '')),
  },
  { name: 'AlreadyRunning', how: 'another run', args: [...renew, '--waitforlock', '0'], prepare: runBeside },
  {
    name: 'InputRequired',
    how: 'a secret is to come from an empty file',
    args: ['--vaultstore', '--vaultkey', 'mail', '--vaultsecret', '-'],
    shown: /--vaultsecret - < FILE/,
  },
  { name: 'NotFound', how: 'no renewal has the id', args: [...renew, '--id', 'nobody'], shown: /nobody/ },
  registration('TaskSchedulerError', 'an unknown HRESULT', { create: '0x8004BEEF' }, /0x8004BEEF/),
  registration('TaskSchedulerError', 'schtasks crashes', { crash: 'create' }, /0xC0000005/),
  registration('TaskAccessDenied', 'access is denied', { create: '0x80070005' }, /E_ACCESSDENIED/),
  registration('TaskAccessDenied', 'in German', { create: '0x80070005', language: 'de' }, /E_ACCESSDENIED/),
  {
    name: 'TaskAccessDenied',
    how: 'with a new certificate, which is kept',
    args: ['--source', 'manual', '--host', 'new.test', '--id', 'new', '--accepttos', '--csr', 'ec'],
    double: { create: '0x80070005', query: '0x80070002' },
    shown: /the certificate is in place, but the scheduled task is not/,
    prepare: (bench) => () => rmSync(join(bench.authority, 'new.renewal.json')),
    check: (bench) => assert.equal(bench.readRenewal('new').state.certificate?.deployed, true),
  },
  registration('TaskSchedulerUnavailable', 'stopped', { create: '0x80041315' }, /SERVICE_NOT_RUNNING/),
  { ...registration('TaskSchedulerUnavailable', 'no schtasks.exe', {}, /schtasks\.exe/), prepare: hideSchtasks },
  registration('TaskDefinitionRejected', 'a value is refused', { create: '0x80041318' }, /INVALIDVALUE/),
  registration('TaskAccountError', 'the account is unknown', { create: '0x80070534' }, /ERROR_NONE_MAPPED/),
  registration('TaskVerificationFailed', 'it says success, does nothing', { lie: 'create' }, /old task is still/),
  { name: 'TaskMissing', how: '--checktaskscheduler', args: ['--checktaskscheduler'], task: none },
  { name: 'TaskMissing', how: 'after a run', args: ['--renew'], task: none, double: { create: '0x80070005' } },
  { name: 'TaskUnhealthy', how: 'it is disabled', args: ['--checktaskscheduler'], task: disabled, shown: /disabled/ },
  { name: 'TaskUnhealthy', how: 'of somebody else', args: ['--setuptaskscheduler'], task: foreign, shown: /not ours/ },
  registration('TaskSchedulerTimeout', 'schtasks hangs', { hang: 'create' }, /within 3 seconds/),
  {
    name: 'TaskPathUnsafe',
    how: 'everybody may write there',
    args: ['--setuptaskscheduler'],
    task: old,
    shown: /Everyone may write[\s\S]*--installto/,
    prepare: ({ machine }) => openFolder(machine.hostPath(win32.dirname(machine.executable))),
  },
  {
    name: 'StoreError',
    how: 'a file is where the folder should be',
    args: renew,
    async prepare(bench) {
      await putFile(bench.machine, 'C:\\file', '');
      bench.redeploy('site', { folder: 'C:\\file\\certs' });
      return undefined;
    },
  },
  { name: 'InstallationError', how: 'no such script', args: renew, prepare: (bench) => deploys(bench, 'none.cmd') },
  {
    name: 'ScriptFailed',
    how: 'the script ends with 7',
    args: renew,
    shown: /exit code 7/,
    prepare: (bench) => deploys(bench, 'fail.cmd'),
  },
  {
    name: 'ScriptFailed',
    how: 'two fail alike',
    args: renew,
    shown: /2 of 2 renewals failed/,
    prepare: (bench) => deploys(bench, 'fail.cmd', 'fail.cmd'),
  },
  {
    name: 'MultipleFailures',
    how: 'two fail differently',
    args: renew,
    shown: /\[53 ScriptFailed\][\s\S]*\[52 InstallationError\]/,
    prepare: (bench) => deploys(bench, 'none.cmd', 'fail.cmd'),
  },
];

/** A task that needs repair, and a schtasks.exe that does not do it. */
function registration(name: Outcome, how: string, double: DoubleSettings, shown: RegExp): ExecutableCase {
  return { name, how, double, shown, args: ['--setuptaskscheduler'], task: old };
}

function disabled(good: string): string {
  return good.replace(/<Enabled>true<\/Enabled>(\s*<Hidden>)/, '<Enabled>false</Enabled>$1');
}

function foreign(good: string): string {
  return good.replace(/<Command>[^<]*/, '<Command>C:\\Tools\\backup.exe');
}

function damageRenewal({ authority }: ExecutableBench): () => void {
  const path = join(authority, 'bad.renewal.json');
  writeFileSync(path, damage);
  return () => rmSync(path);
}

/** Wine says that it has removed what it could not remove; replacing is refused as on Windows. */
function holdStatus({ authority }: ExecutableBench): () => void {
  const path = join(authority, 'status.json');
  execFileSync('chattr', ['+i', path]);
  return () => execFileSync('chattr', ['-i', path]);
}

async function runBeside(bench: ExecutableBench): Promise<() => Promise<unknown>> {
  bench.redeploy('site', {});
  bench.script.hold();
  const first = bench.run(renew);
  await until('the script of the first run', bench.script.started);
  return () => {
    bench.script.release();
    return first;
  };
}

function hideSchtasks({ machine }: ExecutableBench): () => void {
  const file = machine.hostPath('C:\\windows\\system32\\schtasks.exe');
  renameSync(file, `${file}.away`);
  return () => renameSync(`${file}.away`, file);
}

function openFolder(folder: string): () => void {
  assert.ok(existsSync(folder));
  const { mode } = statSync(folder);
  chmodSync(folder, 0o777);
  return () => chmodSync(folder, mode);
}

function deploys(bench: ExecutableBench, site: string, other?: string): undefined {
  bench.redeploy('site', { script: site });
  if (other !== undefined) bench.redeploy('other', { script: other });
}
