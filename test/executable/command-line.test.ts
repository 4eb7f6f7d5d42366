import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { machineOrSkip } from '../support/windows/windows-machine.ts';
import { assertExit } from './windows-bench.ts';

/** Arguments, exit code, and what stands on standard output and standard error. */
const commandLines: readonly [string, readonly string[], number, RegExp, RegExp][] = [
  ['--version', ['--version'], 0, /^wacs \d+\.\d+\.\d+\r?\n$/, /^$/],
  ['the prefix of Windows', ['/version'], 0, /^wacs \d/, /^$/],
  ['another case and one dash', ['-VERSION'], 0, /^wacs \d/, /^$/],
  ['--help', ['--help'], 0, /^wacs gets TLS certificates/, /^$/],
  ['/?', ['/?'], 0, /^wacs gets TLS certificates/, /^$/],
  ['--help exitcodes', ['--help', 'exitcodes'], 0, /\b31\s+TaskAccessDenied\b[\s\S]*\b53\s+ScriptFailed\b/, /^$/],
  ['no arguments and nobody to ask', [], 2, /^$/, /Usage: wacs[\s\S]*error: no command was given/],
  ['an unknown argument', ['--hots', 'a.test'], 2, /^$/, /unknown argument: --hots \[2 UsageError\][\s\S]*--host\?/],
  ['an unknown argument with a slash', ['/renwe'], 2, /^$/, /unknown argument: \/renwe [\s\S]*--renew\?/],
  ['two commands', ['--renew', '--list'], 2, /^$/, /--renew and --list cannot be combined/],
  ['an unknown help topic', ['--help', 'nonsense'], 2, /^$/, /nonsense/],
];

test('the command line of the executable', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t);
  if (machine === undefined) return;

  for (const [name, args, exitCode, stdout, stderr] of commandLines) {
    await t.test(name, async () => {
      const run = await machine.run(machine.executable, args);
      assertExit(run, exitCode);
      assert.match(run.stdout, stdout);
      assert.match(run.stderr, stderr);
    });
  }

  await t.test('none of this has touched the state folder', () => {
    assert.equal(existsSync(machine.hostPath(`${machine.programData}\\wacs`)), false);
  });

  await t.test('a missing argument', async () => {
    const run = await machine.run(machine.executable, ['--source', 'manual', '--notaskscheduler']);
    assertExit(run, 2);
    assert.match(run.stderr, /source manual needs at least one host \[2 UsageError\]/);
  });

  await t.test('--list without renewals', async () => {
    const run = await machine.run(machine.executable, ['--list']);
    assertExit(run, 0);
    assert.match(run.stdout, /There are no renewals/);
  });

  await t.test(
    '--json is ASCII and holds the exit code, also for a command line that cannot be understood',
    async () => {
      const run = await machine.run(machine.executable, ['--json', '--hösts', 'x']);
      assertExit(run, 2);
      assert.match(run.stdout, /^[\x20-\x7e\r\n]+$/);
      assert.equal(JSON.parse(run.stdout).exitCode, 2);
    },
  );
});
