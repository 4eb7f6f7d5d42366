import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { putFile } from '../support/windows/windows-machine.ts';
import { assertExit, benchOrSkip, type Run, type WindowsBench } from './windows-bench.ts';

/** Writes each argument, as cmd sees it, on a line of its own; then ends with the code in exit.txt if there is one. */
const script = `@echo off
set "here=%~dp0"
>"%here%seen.txt" echo begin
:next
if [%1]==[] goto done
>>"%here%seen.txt" echo %1
shift /1
goto next
:done
if not exist "%here%exit.txt" exit /b 0
echo the web server says no>&2
exit /b 7
`;

const hangs = '@echo off\necho started\nping -n 600 127.0.0.1 >nul\n';

test('installation scripts that are batch files', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { machine, pebble } = bench;
  const folder = win32.join(machine.root, 'deploy & more');
  const file = win32.join(folder, 'deploy it.cmd');
  await putFile(machine, file, script);
  const create = (...args: string[]) =>
    bench.create('a.test', ['--id', 'site', '--installation', 'script', '--script', file, ...args]);
  const seen = () => readLines(bench, win32.join(folder, 'seen.txt'));

  await t.test('arguments arrive exactly, whatever cmd would make of them', async () => {
    const odd = ['two words', 'a & b', '^caret^', '(x)', '!path!', '<in>|out', ';,=', 'tail\\', '\u00fc'];
    const friendly = 'Shop & Co (^!)';
    const parameters = `{CertThumbprint} {CertCommonName} '{CertFriendlyName}' ${odd.map((text) => `'${text}'`).join(' ')}`;
    const run = await create('--friendlyname', friendly, '--scriptparameters', parameters);
    assertExit(run, 0);
    const thumbprint = run.report?.renewals[0]?.certificate?.thumbprint;
    const wanted = [thumbprint, 'a.test', friendly, ...odd].map((text) => `"${text}"`);
    // Wine's cmd writes in a code page that Linux does not know of.
    assert.deepEqual(seen().slice(1, -1), wanted.slice(0, -1));
  });

  await t.test('a percent sign and a quote are refused: 52, and says why', async () => {
    for (const parameter of ['100%', 'a %PATH% b', 'say "hello"']) {
      rmSync(machine.hostPath(win32.join(folder, 'seen.txt')), { force: true });
      const run = await create('--scriptparameters', `'${parameter}'`);
      assertExit(run, 52);
      assert.match(run.stderr, /deploy it\.cmd contains a quote, a percent sign or a line break[\s\S]*\.ps1/);
      assert.equal(existsSync(machine.hostPath(win32.join(folder, 'seen.txt'))), false, 'the script was started');
    }
  });

  await t.test('one that fails is 53, its own code in the report; the next run starts it again', async () => {
    await putFile(machine, win32.join(folder, 'exit.txt'), '');
    const orders = pebble.requestCount('newOrder');
    const failed = await create('--scriptparameters', '{RenewalId}');
    assertExit(failed, 53);
    assert.equal(failed.report?.renewals[0]?.error?.exitStatus, 7);
    assert.match(failed.stderr, /deploy it\.cmd ended with exit code 7: the web server says no/);
    assert.deepEqual(seen(), ['begin', '"site"']);
    assertExit(await renew(bench), 53);
    rmSync(machine.hostPath(win32.join(folder, 'exit.txt')));
    const repeated = await renew(bench);
    assertExit(repeated, 0);
    assert.equal(repeated.report?.renewals[0]?.result, 'deployedOnly');
    assertExit(await renew(bench, '--detailedexitcode'), 15);
    assert.equal(pebble.requestCount('newOrder'), orders);
  });

  await t.test('one that hangs is killed with what it started: 53', async () => {
    bench.writeSettings({ Script: { Timeout: 2 } });
    await putFile(machine, file, hangs);
    const run = await create('--scriptparameters', 'changed');
    assertExit(run, 53);
    assert.match(run.stderr, /deploy it\.cmd did not end within 2 s and was killed/);
    const { stdout } = await machine.run('tasklist.exe');
    assert.match(stdout, /\w/);
    if (machine.prefix !== undefined) assert.doesNotMatch(stdout, /ping\.exe|cmd\.exe|wacs\.exe/i);
  });

  await t.test('one that is missing is 52', async () => {
    rmSync(machine.hostPath(file));
    const run = await renew(bench);
    assertExit(run, 52);
    assert.match(run.stderr, /deploy it\.cmd does not exist/);
  });
});

function renew(bench: WindowsBench, ...args: string[]): Promise<Run> {
  return bench.run(['--renew', '--notaskscheduler', ...args]);
}

function readLines({ machine }: WindowsBench, path: string): string[] {
  return readFileSync(machine.hostPath(path), 'latin1').split('\r\n').slice(0, -1);
}
