import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { machineOrSkip, putFile, type WindowsMachine } from '../support/windows/windows-machine.ts';
import { withWindowsNode } from '../support/windows/windows-node.ts';
import { assertExit } from './windows-bench.ts';

/** The executable runs as SYSTEM: neither its environment nor the folders around it may say what is loaded. */
test('nobody can slip code into the executable', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t, installSchtasksDouble);
  if (machine === undefined) return;
  const trap = await layTraps(machine);

  await t.test('NODE_OPTIONS loads code into Node, but not into the executable', async () => {
    const options = { env: { NODE_OPTIONS: `--require ${trap.script.replaceAll('\\', '/')}` } };
    assertExit(await machine.run(trap.node, ['-e', '0'], options), 0);
    assert.equal(trap.sprung(), true, 'the trap does not work');
    trap.reset();
    for (const args of [['--version'], ['--list']]) assertExit(await machine.run(machine.executable, args, options), 0);
    assert.equal(trap.sprung(), false, 'NODE_OPTIONS was obeyed');
  });

  await t.test('options of Node on the command line are arguments of wacs', async () => {
    const run = await machine.run(machine.executable, ['--require', trap.script, '--version']);
    assertExit(run, 2);
    assert.match(run.stderr, /unknown argument: --require/);
    assert.equal(trap.sprung(), false);
  });

  await t.test('a schtasks.exe beside the executable or in the working folder is not started', async (t) => {
    // On Windows itself nothing but the real Task Scheduler would answer.
    if (machine.prefix === undefined) return t.skip('needs a double of schtasks.exe');
    const cwd = win32.join(machine.root, 'planted');
    await plant(machine, trap.node, [cwd, win32.dirname(machine.executable)]);
    const env = { PATH: `${cwd};C:\\windows\\system32` };
    await machine.run('cmd.exe', ['/d', '/c', 'schtasks', '/Query'], { cwd, env });
    assert.equal(trap.sprung(), true, 'the trap does not work');
    trap.reset();
    const run = await machine.run(machine.executable, ['--setuptaskscheduler', '--force', '--verbose'], { cwd, env });
    assertExit(run, 0);
    assert.equal(trap.sprung(), false, 'the planted schtasks.exe was started');
  });
});

interface Traps {
  /** A node.exe outside the executable. */
  readonly node: string;
  /** Leaves a mark when it is run. */
  readonly script: string;
  sprung(): boolean;
  reset(): void;
}

/** A node.exe under the name schtasks.exe takes `/Query`, `/Create` and `/Delete` for scripts at the root of the drive. */
async function layTraps(machine: WindowsMachine): Promise<Traps> {
  const folder = win32.join(machine.root, 'traps');
  const mark = win32.join(folder, 'mark');
  const [node, script] = [win32.join(folder, 'node.exe'), win32.join(folder, 'evil.js')];
  const content = `require('fs').writeFileSync(${JSON.stringify(mark)}, process.execPath);`;
  const atRoot = machine.prefix === undefined ? [] : ['Query', 'Create', 'Delete', 'Run', 'End', 'Change'];
  for (const path of [script, ...atRoot.map((verb) => `C:\\${verb}.js`)]) await putFile(machine, path, content);
  await withWindowsNode((path) => copyFile(path, machine.hostPath(node)));
  return {
    node,
    script,
    sprung: () => existsSync(machine.hostPath(mark)),
    reset: () => rmSync(machine.hostPath(mark), { force: true }),
  };
}

async function plant({ hostPath }: WindowsMachine, program: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await mkdir(hostPath(folder), { recursive: true });
    await copyFile(hostPath(program), hostPath(win32.join(folder, 'schtasks.exe')));
  }
}
