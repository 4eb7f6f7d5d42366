import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What `openssl` printed. */
export interface OpensslOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the `openssl` program, the independent judge of what this layer writes.
 * @throws what execFile throws when it is missing, exits with another code than 0, or overruns 30 s
 */
export async function openssl(args: readonly string[], env: Record<string, string> = {}): Promise<OpensslOutput> {
  return execute('openssl', [...args], { env: { ...process.env, ...env }, timeout: 30_000 });
}

/** A reason to skip tests when there is no `openssl`; undefined when there is, and under CI, where they then fail. */
export async function opensslMissing(): Promise<string | undefined> {
  if (process.env.CI === 'true') return undefined;
  const works = await openssl(['version']).then(
    () => true,
    () => false,
  );
  return works ? undefined : 'SKIPPED: there is no openssl program to judge the result';
}

/** Runs the work with the path of a temporary file of the given content. */
export async function withFile<Result>(
  content: string | Uint8Array,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'wacs-crypto-'));
  try {
    const path = join(folder, 'content');
    await writeFile(path, content, { mode: 0o600 });
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
