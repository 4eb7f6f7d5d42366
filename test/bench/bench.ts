/** npm run bench: what starting, renewing and certificates cost. Nothing is judged here; it takes about a minute. */
import { statSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { EnvironmentUnavailable } from '../support/environment-unavailable.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { projectRoot } from '../support/run-wacs.ts';
import { runStep } from '../support/runner/run-step.ts';
import { benchIssuance } from './issuance.ts';
import { benchStartup } from './startup.ts';
import { megabytes, printRow } from './table.ts';

const limitMs = 10 * 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const build = await runStep({ name: 'build', command: ['build.mjs', '--bundle'] }, AbortSignal.timeout(limitMs));
  if (build.failed > 0) return 1;
  const folder = await temporaryFolder('wacs-bench-');
  console.log(`\n${describeMachine()}\n`);
  await benchStartup(folder.path);
  console.log();
  await benchIssuance(folder.path).catch(explainMissingPebble);
  console.log();
  printSizes();
  folder.remove();
  return 0;
}

function describeMachine(): string {
  const [first, ...others] = cpus();
  const processor = `${others.length + 1} x ${first?.model.trim() || 'unknown processor'}`;
  return `Node ${process.versions.node}, ${type()} ${release()} ${arch()}, ${processor}, ${megabytes(totalmem())} MB`;
}

function explainMissingPebble(error: unknown): void {
  if (!(error instanceof EnvironmentUnavailable)) throw error;
  console.log(`certificates: left out, because there is no Pebble: ${error.reason}`);
}

function printSizes(): void {
  printRow(['size', 'MB']);
  for (const file of ['dist/wacs.cjs', 'dist/wacs.exe']) {
    const size = statSync(join(projectRoot, file), { throwIfNoEntry: false })?.size;
    printRow([file, size === undefined ? 'not built' : megabytes(size)]);
  }
}
