import { execFile } from 'node:child_process';
import { rename, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { BuildError } from './project.mjs';

const run = promisify(execFile);

/**
 * Does one step of the build and says how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now();
  const result = await work();
  console.log(`${title.padEnd(60)} ${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s`);
  return result;
}

/**
 * Runs a program without a shell and within a time limit.
 * @param {string} file
 * @param {string[]} args
 * @param {{ what: string, hint: string, timeoutMs: number, env?: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<string>} its standard output
 */
export async function runTool(file, args, { what, hint, timeoutMs, env, cwd }) {
  try {
    const limits = { timeout: timeoutMs, killSignal: /** @type {const} */ ('SIGKILL'), windowsHide: true };
    const { stdout } = await run(file, args, { ...limits, env: env ?? process.env, cwd, encoding: 'utf8' });
    return stdout;
  } catch (cause) {
    throw new BuildError(`${what} failed: ${describe(cause, timeoutMs)}`, hint, { cause });
  }
}

/**
 * @param {any} failure what execFile rejects with
 * @param {number} timeoutMs
 */
function describe(failure, timeoutMs) {
  if (failure.killed) return `not done after ${timeoutMs / 1000} s`;
  const output = `${failure.stderr ?? ''}${failure.stdout ?? ''}`.trim();
  const status = typeof failure.code === 'number' ? `exit code ${failure.code}` : (failure.code ?? failure.signal);
  return output ? `${status}\n${output}` : String(status);
}

/**
 * Replaces a file in one go, so that nobody ever reads half of it.
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export async function writeWhole(file, content) {
  const partial = `${file}.${process.pid}.partial`;
  await writeFile(partial, content);
  await rename(partial, file);
}

/**
 * @param {string} file
 * @returns {Promise<string>} its size for people, in decimal units
 */
export async function sizeOf(file) {
  const { size } = await stat(file);
  return size < 1e6 ? `${(size / 1e3).toFixed(0)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
