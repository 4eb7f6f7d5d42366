import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '../run-wacs.ts';
import { prefixOrSkip } from '../wine/prefix-or-skip.ts';
import type { WineRunOptions, WineRunResult } from '../wine/run-in-wine.ts';
import type { WinePrefix } from '../wine/wine-prefix.ts';
import { thisWindows } from './this-windows.ts';

/** The executable under test; `WACS_EXECUTABLE` names another one, such as a signed one. */
const built = process.env.WACS_EXECUTABLE || join(projectRoot, 'dist', 'wacs.exe');

/** A Windows to test on: a Wine prefix, or this machine itself with folders of the test's own. */
export interface WindowsMachine {
  /** Where a test may put its files, such as `C:\`. */
  readonly root: string;
  /** Where programs are installed; has a blank. */
  readonly programFiles: string;
  readonly programData: string;
  /** `wacs\wacs.exe` below `programFiles`. */
  readonly executable: string;
  /** Replaced programs and other damage to the system are for Wine only: undefined on Windows itself. */
  readonly prefix: WinePrefix | undefined;
  /** A file of that Windows as this process sees it. */
  hostPath(windowsPath: string): string;
  /** Runs a program to its end. Its working folder is `root` unless said otherwise. */
  run(program: string, args?: readonly string[], options?: WineRunOptions): Promise<WineRunResult>;
}

/** What a machine is before the executable is installed. */
export type BareMachine = Omit<WindowsMachine, 'executable'> & {
  installFile(hostPath: string, windowsPath: string): Promise<void>;
};

/**
 * A machine with the built executable installed, gone when the test ends; undefined after marking the test as skipped.
 * @param prepare is run on a Wine prefix only, before the executable is installed.
 * @throws Error when the executable was not built.
 */
export async function machineOrSkip(
  t: TestContext,
  prepare?: (prefix: WinePrefix) => Promise<void>,
): Promise<WindowsMachine | undefined> {
  if (!existsSync(built)) throw new Error(`${built} does not exist: run npm run build first`);
  const machine = await bareMachineOrSkip(t, prepare);
  if (machine === undefined) return undefined;
  const executable = win32.join(machine.programFiles, 'wacs', 'wacs.exe');
  await machine.installFile(built, executable);
  return { ...machine, executable };
}

/** The same without the executable. */
export async function bareMachineOrSkip(
  t: TestContext,
  prepare?: (prefix: WinePrefix) => Promise<void>,
): Promise<BareMachine | undefined> {
  return process.platform === 'win32' ? thisWindows(t) : wineMachine(t, prepare);
}

/** Writes a file of that Windows; folders are made. Line ends of batch files become CRLF. */
export async function putFile(
  machine: Pick<WindowsMachine, 'hostPath'>,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const isBatch = typeof content === 'string' && /\.(bat|cmd)$/i.test(path);
  await mkdir(machine.hostPath(win32.dirname(path)), { recursive: true });
  await writeFile(machine.hostPath(path), isBatch ? content.replaceAll(/\r?\n/g, '\r\n') : content);
}

/** Runs a batch file of that text by `cmd /d /c`; its name says whether it is a .bat or a .cmd. */
export async function runBatch(
  machine: WindowsMachine,
  { name, text, cwd = machine.root }: { readonly name: string; readonly text: string; readonly cwd?: string },
): Promise<WineRunResult> {
  const path = win32.join(machine.root, name);
  await putFile(machine, path, text);
  return machine.run('cmd.exe', ['/d', '/c', path], { cwd });
}

async function wineMachine(t: TestContext, prepare?: (prefix: WinePrefix) => Promise<void>) {
  const prefix = await prefixOrSkip(t, prepare);
  if (prefix === undefined) return undefined;
  return {
    root: 'C:\\',
    programFiles: 'C:\\Program Files',
    programData: 'C:\\ProgramData',
    prefix,
    hostPath: prefix.toLinuxPath,
    run: prefix.run,
    installFile: prefix.installFile,
  };
}
