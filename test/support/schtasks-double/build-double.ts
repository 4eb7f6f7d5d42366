import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../wine/cache-folder.ts';
import { exists, installPackages } from '../wine/install-packages.ts';
import { runStep } from '../wine/run-step.ts';
import type { WinePrefix } from '../wine/wine-prefix.ts';

const COMPILER = '/usr/bin/x86_64-w64-mingw32-gcc';
const FLAGS = ['-std=c11', '-O1', '-s', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers', '-municode'];
const LIMIT_MS = 120_000;

/**
 * Compiles the double of schtasks.exe, once for each state of its source, and gives back its path. The compiler is
 * installed when it is missing.
 * @throws EnvironmentUnavailable when the compiler is not to be had or fails.
 */
export async function buildSchtasksDouble(progress: (line: string) => void = () => {}): Promise<string> {
  const sources = await sourceFiles();
  const folder = join(cacheFolder(), 'schtasks-double');
  const result = join(folder, `schtasks-${await fingerprint(sources)}.exe`);
  if (await exists(result)) return result;
  await installPackages([{ name: 'gcc-mingw-w64-x86-64', program: COMPILER }], progress);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'tmp-'));
  try {
    const output = join(work, 'schtasks.exe');
    const args = [...FLAGS, '-o', output, ...sources.filter((file) => file.endsWith('.c'))];
    await runStep({
      name: 'compiling the double of schtasks.exe',
      command: { file: COMPILER, args },
      timeoutMs: LIMIT_MS,
      log: join(work, 'log'),
    });
    await rename(output, result);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return result;
}

/** Puts the double in the place of Wine's schtasks.exe. Its header `control.h` says how to steer it. */
export async function installSchtasksDouble(prefix: WinePrefix): Promise<void> {
  await prefix.replaceSystemProgram(await buildSchtasksDouble(), 'schtasks.exe');
}

async function sourceFiles(): Promise<string[]> {
  const names = (await readdir(import.meta.dirname)).filter((name) => /\.[ch]$/.test(name));
  return names.sort().map((name) => join(import.meta.dirname, name));
}

async function fingerprint(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
