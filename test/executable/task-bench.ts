import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import { defaultBaseUri } from '../../src/cli/main-options.ts';
import type { RunReport } from '../../src/cli/run-report.ts';
import { taskName } from '../../src/scheduler/task-definition.ts';
import { statePaths } from '../../src/storage/state-paths.ts';
import { writeRenewalsNotDue } from '../bench/renewal-files.ts';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { type DoubleSettings, doubleCalls, steerDouble, storedTask } from '../support/schtasks-double/steer-double.ts';
import { machineOrSkip, putFile, type WindowsMachine } from '../support/windows/windows-machine.ts';
import type { WineRunResult } from '../support/wine/run-in-wine.ts';
import type { WinePrefix } from '../support/wine/wine-prefix.ts';

/** Name of the task of the default CA. */
export const task = taskName(defaultBaseUri);

/** A run with its report, when it was asked for one. */
export interface TaskRun extends WineRunResult {
  readonly output: string;
}

/** A Wine machine with the executable and the double of schtasks.exe. */
export interface TaskBench {
  readonly machine: WindowsMachine;
  readonly prefix: WinePrefix;
  run(args: readonly string[], executable?: string): Promise<TaskRun>;
  /** The report of a run with `--json`. */
  report(args: readonly string[]): Promise<RunReport>;
  /** Runs the executable from a batch file and gives back what `%errorlevel%` says there. */
  errorLevel(args: string): Promise<{ readonly code: number; readonly output: string }>;
  /** How the double behaves from now on; its log begins anew. */
  steer(settings?: DoubleSettings): Promise<void>;
  calls(): Promise<string[]>;
  /** Bytes of the registered task. */
  stored(): Promise<Buffer | undefined>;
  storedText(): Promise<string>;
  /** Puts a document in the task's place, as somebody else would. */
  store(xml: string): void;
  removeTask(): void;
  writeSettings(settings: object): void;
  /** A renewal with nothing due; its file. */
  addRenewal(): string;
}

/** @returns undefined after marking the test as skipped */
export async function taskBenchOrSkip(t: TestContext): Promise<TaskBench | undefined> {
  const machine = await machineOrSkip(t, installSchtasksDouble);
  if (machine === undefined) return undefined;
  if (machine.prefix === undefined) {
    t.skip('puts a double in the place of schtasks.exe, in Wine only');
    return undefined;
  }
  return createBench(machine, machine.prefix);
}

/** The exit code, with the output beside it when it is another one. */
export function assertCode(run: TaskRun, code: number): void {
  assert.equal(run.exitCode, code, run.output);
}

function createBench(machine: WindowsMachine, prefix: WinePrefix): TaskBench {
  const state = machine.hostPath(`${machine.programData}\\wacs`);
  const taskFile = (): string => machine.hostPath(`C:\\windows\\system32\\Tasks-double\\${task}`);
  const run: TaskBench['run'] = async (args, executable = machine.executable) => {
    const result = await machine.run(executable, args);
    return { ...result, output: result.stdout + result.stderr };
  };
  const stored = (): Promise<Buffer | undefined> => storedTask(prefix, `\\${task}`);
  return {
    machine,
    prefix,
    run,
    report: async (args) => JSON.parse((await run([...args, '--json'])).stdout),
    async errorLevel(args) {
      const batch = `@echo off\n"${machine.executable}" ${args}\necho level=%errorlevel%\nexit /b %errorlevel%\n`;
      await putFile(machine, 'C:\\call.bat', batch);
      const { stdout, stderr, exitCode } = await machine.run('cmd.exe', ['/d', '/c', 'C:\\call.bat']);
      const code = Number(/^level=(-?\d+)/m.exec(stdout)?.[1]);
      assert.equal(exitCode, code, stdout + stderr);
      return { code, output: stdout + stderr };
    },
    async steer(settings = {}) {
      await steerDouble(prefix, settings);
      rmSync(machine.hostPath('C:\\schtasks-double.log'), { force: true });
    },
    calls: () => doubleCalls(prefix),
    stored,
    storedText: async () => (await stored())?.toString('utf16le') ?? '',
    store(xml) {
      mkdirSync(dirname(taskFile()), { recursive: true });
      writeFileSync(taskFile(), Buffer.from(`\ufeff${xml.replace(/^\ufeff/, '')}`, 'utf16le'));
    },
    removeTask: () => rmSync(taskFile(), { force: true }),
    writeSettings(settings) {
      mkdirSync(state, { recursive: true });
      writeFileSync(`${state}/settings.json`, JSON.stringify({ schemaVersion: 1, ...settings }));
    },
    addRenewal() {
      writeRenewalsNotDue({ folder: state, baseUri: defaultBaseUri }, 1);
      const file = `${statePaths(state, defaultBaseUri).authority}/bench-1.renewal.json`;
      assert.ok(existsSync(file) && readFileSync(file).length > 0);
      return file;
    },
  };
}
