import assert from 'node:assert/strict';
import { join, win32 } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../run-wacs.ts';
import { type BareMachine, putFile } from './windows-machine.ts';
import { withWindowsNode } from './windows-node.ts';

/** A program that calls what lies in src/platform on Windows. */
export interface Probe {
  /** Its file in test/support. */
  readonly entry: string;
  /** Windows path of a folder for it, which is its first argument. */
  readonly folder: string;
  readonly timeoutMs?: number;
}

/** Bundles a probe, runs it in the runtime of the executable, and gives back the JSON it printed. */
export async function runProbe(
  machine: BareMachine,
  { entry, folder, timeoutMs }: Probe,
): Promise<Record<string, unknown>> {
  const [node, script] = [win32.join(folder, 'node.exe'), win32.join(folder, 'probe.mjs')];
  await withWindowsNode((path) => machine.installFile(path, node));
  await putFile(machine, script, await bundleProbe(entry));
  const args = ['--disable-warning=ExperimentalWarning', '--expose-gc', script, folder];
  const run = await machine.run(node, args, timeoutMs === undefined ? {} : { timeoutMs });
  assert.equal(run.exitCode, 0, `${run.stdout}${run.stderr}${run.timedOut ? '(timed out)' : ''}`);
  return JSON.parse(run.stdout);
}

async function bundleProbe(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(projectRoot, 'test', 'support', entry)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
  });
  return outputFiles[0]?.contents ?? assert.fail('esbuild gave no output');
}
