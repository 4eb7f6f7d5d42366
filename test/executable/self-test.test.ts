import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { machineOrSkip, type WindowsMachine } from '../support/windows/windows-machine.ts';
import { assertExit } from './windows-bench.ts';

interface Item {
  readonly name: string;
  readonly outcome: string;
  readonly detail: string;
}

/** Items that pass everywhere, and those that Wine has not got: it inherits no permissions and refuses EC keys. */
const everywhere = [
  'protection of stored secrets',
  'http-01 on port 80',
  'certificate store My of the machine, RSA 2048',
  'certificate store My of the user, RSA 2048',
  'scheduled task',
  'place of the program',
  'event log',
  'one run at a time',
];
const onWindowsOnly = [
  'rights of this process',
  'permissions of folders and files with keys',
  'certificate store My of the machine, P-256',
  'certificate store My of the user, P-256',
];

test('--selftest tries what Windows has to give, and leaves nothing behind', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t, installSchtasksDouble);
  if (machine === undefined) return;
  const items = await selfTest(machine);
  t.diagnostic(items.map(({ name, outcome, detail }) => `${outcome} ${name}: ${detail}`).join('\n'));
  const expected = machine.prefix === undefined ? [...everywhere, ...onWindowsOnly] : everywhere;
  const failed = items.filter(({ name, outcome }) => expected.includes(name) && outcome !== 'passed');
  assert.deepEqual(failed, []);
  assert.deepEqual(new Set(items.map(({ name }) => name)), new Set([...everywhere, ...onWindowsOnly]));
  const left = readdirSync(machine.hostPath(`${machine.programData}\\wacs`)).filter(
    (name) => !['log', 'temp'].includes(name),
  );
  assert.deepEqual(left, []);
});

async function selfTest(machine: WindowsMachine): Promise<readonly Item[]> {
  const run = await machine.run(machine.executable, ['--selftest', '--json']);
  const { items, exitCode }: { items: Item[]; exitCode: number } = JSON.parse(run.stdout);
  assertExit(run, exitCode);
  return items;
}
