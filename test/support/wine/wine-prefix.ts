import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyPrefix } from './copy-prefix.ts';
import { exists } from './install-packages.ts';
import { ownerMark, removeOrphans, removePrefix, startPrefix, stopPrefix } from './prefix-lifetime.ts';
import { runInWine, type WineRunOptions, type WineRunResult } from './run-in-wine.ts';
import { toLinuxPath } from './windows-paths.ts';
import { type Wine, wineEnvironment } from './wine.ts';

/** A Windows of its own for a test. All paths given to it are Windows paths on C:. */
export interface WinePrefix {
  /** Linux path of C:. */
  readonly driveC: string;
  /** The Linux path of a Windows path, its existing parts found whatever their case. */
  toLinuxPath(windowsPath: string): string;
  /** Copies a file of this machine in; folders are made. */
  installFile(linuxPath: string, windowsPath: string): Promise<void>;
  /** Puts a program of ours in the place of one in system32, such as `schtasks.exe`. */
  replaceSystemProgram(linuxPath: string, name: string): Promise<void>;
  writeFile(windowsPath: string, content: string | Uint8Array): Promise<void>;
  readFile(windowsPath: string): Promise<Buffer>;
  exists(windowsPath: string): Promise<boolean>;
  /** Runs a program to its end. It rejects only when Wine itself cannot be started. */
  run(program: string, args?: readonly string[], options?: WineRunOptions): Promise<WineRunResult>;
  /** Runs a batch file made of `text` (line ends become CRLF) by `cmd /d /c`. */
  runBatch(text: string, options?: WineRunOptions): Promise<WineRunResult>;
  /** Kills everything that runs in the prefix. */
  stop(): Promise<void>;
  /** Stops and deletes the prefix. */
  remove(): Promise<void>;
}

/** Makes a private prefix by copying the template. Those of test processes that died are removed first. */
export async function createPrefix(wine: Wine): Promise<WinePrefix> {
  await removeOrphans(wine);
  const folder = await mkdtemp(join(wine.prefixes, ownerMark()));
  await copyPrefix(wine.template, folder);
  return prefixIn(wine, folder);
}

function prefixIn(wine: Wine, folder: string): WinePrefix {
  const driveC = join(folder, 'drive_c');
  const overrides = new Set<string>();
  let batches = 0;
  let serving: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    serving = undefined;
    await stopPrefix(wine, folder);
  };
  const linuxPath = (path: string): string => toLinuxPath(driveC, path);
  const run: WinePrefix['run'] = async (program, args = [], options = {}) => {
    const command = wine.command('wine', [program, ...args], linuxPath(options.cwd ?? 'C:\\'));
    const env = { ...wineEnvironment(wine, folder, [...overrides]), ...options.env };
    serving ??= startPrefix(wine, folder);
    await serving;
    const result = await runInWine(command, { ...options, env });
    if (result.timedOut) await stop();
    return result;
  };
  const write: WinePrefix['writeFile'] = async (path, content) => {
    await mkdir(dirname(linuxPath(path)), { recursive: true });
    await writeFile(linuxPath(path), content);
  };
  return {
    driveC,
    toLinuxPath: linuxPath,
    installFile: (file, path) => copyInto(file, linuxPath(path)),
    replaceSystemProgram: async (file, name) => {
      await copyInto(file, linuxPath(`C:\\windows\\system32\\${name}`));
      // Without this Wine would go on using the program built into it.
      overrides.add(`${name}=n`);
    },
    writeFile: write,
    readFile: (path) => readFile(linuxPath(path)),
    exists: (path) => exists(linuxPath(path)),
    run,
    runBatch: async (text, options) => {
      const path = `C:\\batch-${++batches}.bat`;
      await write(path, text.replaceAll(/\r?\n/g, '\r\n'));
      return run('cmd.exe', ['/d', '/c', path], options);
    },
    stop,
    remove: () => removePrefix(wine, folder),
  };
}

/** Replaces what is there instead of writing into it: it may be a hard link into the template. */
async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rm(to, { force: true });
  await copyFile(from, to);
}
