import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../wine/cache-folder.ts';
import { exists, installPackages } from '../../wine/install-packages.ts';
import { runStep } from '../../wine/run-step.ts';

const compiler = '/usr/bin/x86_64-w64-mingw32-gcc';
const flags = ['-std=c11', '-O1', '-s', '-Wall', '-Wextra', '-Werror', '-municode'];
const source = join(import.meta.dirname, 'no-handles.c');

/**
 * Compiles `no-handles.exe`, once for each state of its source, and gives back its path.
 * @throws EnvironmentUnavailable when the compiler is not to be had or fails.
 */
export async function buildNoHandles(): Promise<string> {
  const folder = join(cacheFolder(), 'no-handles');
  const fingerprint = createHash('sha256')
    .update(flags.join(' '))
    .update(await readFile(source))
    .digest('hex');
  const result = join(folder, `no-handles-${fingerprint.slice(0, 16)}.exe`);
  if (await exists(result)) return result;
  await installPackages([{ name: 'gcc-mingw-w64-x86-64', program: compiler }], () => undefined);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'tmp-'));
  try {
    const output = join(work, 'no-handles.exe');
    const command = { file: compiler, args: [...flags, '-o', output, source] };
    await runStep({ name: 'compiling no-handles.exe', command, timeoutMs: 120_000, log: join(work, 'log') });
    await rename(output, result);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return result;
}
