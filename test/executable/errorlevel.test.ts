import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineOrSkip, runBatch } from '../support/windows/windows-machine.ts';
import { assertExit } from './windows-bench.ts';

test('exit codes as batch files see them', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t);
  if (machine === undefined) return;

  await t.test('each way to ask for them', async () => {
    const run = await runBatch(machine, { name: 'ask.bat', text: waysToAsk(machine.executable) });
    const said = run.stdout.split(/\r?\n/).filter((line) => line.startsWith('say '));
    assert.deepEqual(said, [
      'say code 2',
      'say one or more',
      'say stale 0',
      'say delayed 2',
      'say one or more inside',
      'say failed',
      'say succeeded',
      'say find 1',
    ]);
    assertExit(run, 2);
  });
});

function waysToAsk(executable: string): string {
  return `@echo off
setlocal EnableDelayedExpansion
"${executable}" --hots 2>nul
echo say code %errorlevel%
if errorlevel 1 echo say one or more
if errorlevel 3 echo say three or more
ver >nul
if exist "${executable}" (
  "${executable}" --hots 2>nul
  echo say stale %errorlevel%
  echo say delayed !errorlevel!
  if errorlevel 1 echo say one or more inside
)
"${executable}" --hots 2>nul || echo say failed
"${executable}" --version >nul && echo say succeeded
"${executable}" --hots 2>nul | find "nothing like it"
echo say find %errorlevel%
"${executable}" --hots 2>nul
exit /b %errorlevel%
`;
}
