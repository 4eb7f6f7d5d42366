import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyPrefix } from './copy-prefix.ts';
import { exists } from './install-packages.ts';
import { ownerMark, removeOrphans, stopAndRemove } from './prefix-lifetime.ts';
import { runInWine, type WineRunOptions, type WineRunResult } from './run-in-wine.ts';
import { type Wine, wineEnvironment } from './wine.ts';
import { toLinuxPath } from './windows-paths.ts';

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
  const overrides: string[] = [];
  let batches = 0;
  const prefix: WinePrefix = {
    driveC,
    toLinuxPath: (path) => toLinuxPath(driveC, path),
    installFile: async (linuxPath, path) => copyInto(linuxPath, prefix.toLinuxPath(path)),
    replaceSystemProgram: async (linuxPath, name) => {
      await copyInto(linuxPath, prefix.toLinuxPath(`C:\\windows\\system32\\${name}`));
      // Without this Wine would go on using the program built into it.
      if (!overrides.includes(`${name}=n`)) overrides.push(`${name}=n`);
    },
    writeFile: async (path, content) => {
      await mkdir(dirname(prefix.toLinuxPath(path)), { recursive: true });
      await writeFile(prefix.toLinuxPath(path), content);
    },
    readFile: (path) => readFile(prefix.toLinuxPath(path)),
    exists: (path) => exists(prefix.toLinuxPath(path)),
    run: (program, args = [], options = {}) => {
      const command = wine.command('wine', [program, ...args], prefix.toLinuxPath(options.cwd ?? 'C:\\'));
      const env = { ...wineEnvironment(wine, folder, overrides), ...options.env };
      return stopWhenLate(prefix, runInWine(command, { ...options, env }));
    },
    runBatch: async (text, options) => {
      const path = `C:\\batch-${++batches}.bat`;
      await prefix.writeFile(path, text.replaceAll(/\r?\n/g, '\r\n'));
      return prefix.run('cmd.exe', ['/d', '/c', path], options);
    },
    stop: () => stopPrefix(wine, folder),
    remove: () => stopAndRemove(wine, folder),
  };
  return prefix;
}
