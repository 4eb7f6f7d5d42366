import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineOrSkip } from '../support/windows/windows-machine.ts';
import { assertExit } from './windows-bench.ts';

const sourceKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\wacs';
const nothing = ['--renew', '--id', 'nothing', '--notaskscheduler', '--verbose'];

test('the Windows event log', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t);
  if (machine === undefined) return;

  await t.test('a run that fails writes an event, without a complaint in the log', async () => {
    const run = await machine.run(machine.executable, nothing);
    assertExit(run, 24);
    assert.doesNotMatch(run.stdout + run.stderr, /event (log|source)/);
  });

  await t.test('the source is registered with a message file, so that Event Viewer shows the text', async () => {
    const { stdout } = await machine.run('reg.exe', ['query', sourceKey]);
    assert.match(stdout, /EventMessageFile\s+REG_EXPAND_SZ\s+%SystemRoot%\\System32\\EventCreate\.exe\r?\n/i);
    assert.match(stdout, /TypesSupported\s+REG_DWORD\s+0x7\r?\n/i);
    assert.match(stdout, /CustomSource\s+REG_DWORD\s+0x1\r?\n/i);
  });

  await t.test('a refused command line does too; --help, --list and --check do not', async () => {
    await machine.run('reg.exe', ['delete', sourceKey, '/f']);
    for (const quiet of ['--help', '--list', '--check']) await machine.run(machine.executable, [quiet]);
    assert.equal((await machine.run('reg.exe', ['query', sourceKey])).exitCode, 1);
    assertExit(await machine.run(machine.executable, ['--renwe']), 2);
    assertExit(await machine.run('reg.exe', ['query', sourceKey]), 0);
  });

  // Wine keeps no events: on Windows only.
  if (machine.prefix !== undefined) return;
  await t.test('the event can be read back', async () => {
    const query = "*[System[Provider[@Name='wacs'] and EventID=24]]";
    const { stdout } = await machine.run('wevtutil.exe', [
      'qe',
      'Application',
      `/q:${query}`,
      '/c:1',
      '/rd:true',
      '/f:text',
    ]);
    assert.match(stdout, /"renew" ended with exit code 24 NotFound/);
  });
});
