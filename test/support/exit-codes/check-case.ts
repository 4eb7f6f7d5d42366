import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { RunReport } from '../../../src/cli/run-report.ts';
import { exitCodes } from '../../../src/exit-codes.ts';
import { allFiles, assertNoSecrets, damage } from '../../pebble/state-checks.ts';
import type { FaultRun } from '../fault-ca.ts';
import { type BundleCase, type CaseBench, secret } from './bundle-case.ts';

/** What a machine keeps. */
export interface Kept {
  /** Texts of the state files that hold what cannot be made again, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly pem: Readonly<Record<string, string>>;
}

/** What is on disk; taken before and after a run. */
export function takeStock(bench: CaseBench): Kept {
  const durable = allFiles(bench.state).filter((path) =>
    /(\.renewal|account|settings)\.json$|[\\/]certificates[\\/]/.test(path),
  );
  return {
    files: Object.fromEntries(durable.map((path) => [path, readFileSync(path, 'utf8')])),
    pem: bench.storedFiles(),
  };
}

/** Exit code, report, screen and state of a run tell the same story, and nothing is lost. */
export function assertCase(
  one: BundleCase,
  run: FaultRun,
  { bench, before }: { bench: CaseBench; before: Kept },
): void {
  assert.equal(run.exitCode, exitCodes[one.name].code, run.output);
  assertShown(one, run);
  if (one.unreported !== true) assertReported(one, run);
  if (one.shown !== undefined) assert.match(run.output, one.shown);
  assertNoSecrets(bench.state, run.output, [secret]);
  assertNothingLost(one, before, takeStock(bench));
  for (const path of allFiles(bench.state).filter((file) => file.endsWith('.json'))) {
    const text = readFileSync(path, 'utf8');
    if (text !== damage) assert.doesNotThrow(() => JSON.parse(text), `${path} is not whole`);
  }
}

function assertShown({ name }: BundleCase, run: FaultRun): void {
  const { code } = exitCodes[name];
  const failed = name !== 'Success' && name !== 'NothingDue';
  assert.equal(run.stderr.includes(`[${code} ${name}]`), failed, `code and name on the screen:\n${run.output}`);
  assert.doesNotMatch(run.output, /\n\s+at .+:\d+:\d+/, 'a stack on the screen');
}

function assertReported({ name }: BundleCase, run: FaultRun): void {
  const report: RunReport = JSON.parse(run.stdout);
  const { code } = exitCodes[name];
  assert.deepEqual([report.exitCode, report.exitName], [code, name]);
  if (run.report !== undefined) assert.deepEqual(run.report, report, 'status.json and --json differ');
  if (name === 'Success' || name === 'NothingDue') {
    assert.equal(report.error, undefined);
    return;
  }
  assert.deepEqual([report.error?.code, report.error?.name], [code, name]);
  if (name === 'UnexpectedError') return;
  assert.ok(report.error?.hint !== undefined, `no hint in the report:\n${run.output}`);
  assert.ok(run.stderr.includes(`what to do: ${report.error.hint}`), `no hint on the screen:\n${run.output}`);
}

function assertNothingLost({ changes }: BundleCase, before: Kept, after: Kept): void {
  for (const [path, text] of Object.entries(before.files)) {
    const now = after.files[path];
    assert.ok(now !== undefined, `${path} is gone`);
    if (changes === true && /[\\/]certificates[\\/]/.test(path)) continue;
    if (changes === true && path.endsWith('.renewal.json')) {
      assert.ok(JSON.parse(now).state.certificate !== undefined, `${path} has lost its certificate`);
    } else {
      assert.deepEqual(lasting(path, now), lasting(path, text), `${path} was changed`);
    }
  }
  if (changes !== true) assert.deepEqual(after.pem, before.pem, 'the PEM files were changed');
  for (const name of Object.keys(before.pem)) assert.ok(after.pem[name] !== undefined, `${name} is gone`);
}

/** The parts of a state file that a failed run must not touch: failures, history and CA's advice come and go. */
function lasting(path: string, text: string): unknown {
  if (!basename(path).endsWith('.renewal.json') || text === damage) return text;
  const { history: _, state, ...rest } = JSON.parse(text);
  return { ...rest, certificate: state.certificate };
}
