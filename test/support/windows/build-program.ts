import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from '../wine/cache-folder.ts';
import { exists, installPackages } from '../wine/install-packages.ts';
import { runStep } from '../wine/run-step.ts';

const compiler = '/usr/bin/x86_64-w64-mingw32-gcc';
const flags = ['-std=c11', '-O1', '-s', '-Wall', '-Wextra', '-Werror', '-municode'];

/**
 * Compiles a Windows program from one C file, once for each state of it, and gives back its path.
 * @param libraries such as `crypt32`
 * @throws EnvironmentUnavailable when the compiler is not to be had or fails.
 */
export async function buildProgram(source: string, libraries: readonly string[] = []): Promise<string> {
  const name = basename(source, '.c');
  const linked = libraries.map((library) => `-l${library}`);
  const folder = join(cacheFolder(), name);
  const fingerprint = createHash('sha256')
    .update([...flags, ...linked].join(' '))
    .update(await readFile(source))
    .digest('hex');
  const result = join(folder, `${name}-${fingerprint.slice(0, 16)}.exe`);
  if (await exists(result)) return result;
  await installPackages([{ name: 'gcc-mingw-w64-x86-64', program: compiler }], () => undefined);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'tmp-'));
  try {
    const output = join(work, `${name}.exe`);
    const command = { file: compiler, args: [...flags, '-o', output, source, ...linked] };
    await runStep({ name: `compiling ${name}.exe`, command, timeoutMs: 120_000, log: join(work, 'log') });
    await rename(output, result);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return result;
}
