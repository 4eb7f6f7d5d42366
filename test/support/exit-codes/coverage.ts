import assert from 'node:assert/strict';
import { exitCodes, type Outcome } from '../../../src/exit-codes.ts';

/** What is run: the bundle on this system, or the executable on Windows (under Wine), from a batch file. */
export type Program = 'bundle' | 'executable';

/** Who provokes a code; `why` says what stands in the way where somebody should and nobody does. */
interface Coverage {
  readonly by: readonly Program[];
  readonly why?: string;
}

const both: Coverage = { by: ['bundle', 'executable'] };
const bundleOnly: Coverage = { by: ['bundle'] };
const executableOnly: Coverage = { by: ['executable'] };

/** Which program provokes which code. A new code without a row does not compile. */
export const coverage: Readonly<Record<Outcome, Coverage>> = {
  Success: both,
  UnexpectedError: { by: ['bundle'], why: 'the executable takes no hooks that could bring a fault into it' },
  UsageError: both,
  NothingDue: both,
  ConfigurationError: both,
  AccessDenied: both,
  StorageError: both,
  AlreadyRunning: both,
  NotFound: both,
  InputRequired: both,
  Interrupted: { by: ['bundle'], why: 'nothing presses Ctrl+C in a console of Wine; Linux has SIGINT' },
  UnsupportedPlatform: { by: ['bundle'], why: 'Windows is what the executable is for' },
  TaskSchedulerError: executableOnly,
  TaskAccessDenied: executableOnly,
  TaskSchedulerUnavailable: executableOnly,
  TaskDefinitionRejected: executableOnly,
  TaskAccountError: executableOnly,
  TaskVerificationFailed: executableOnly,
  TaskMissing: executableOnly,
  TaskUnhealthy: executableOnly,
  TaskSchedulerTimeout: executableOnly,
  TaskPathUnsafe: executableOnly,
  AcmeError: bundleOnly,
  AcmeUnreachable: bundleOnly,
  AcmeAccountError: bundleOnly,
  AcmeRateLimited: bundleOnly,
  ValidationFailed: bundleOnly,
  ValidationSetupError: bundleOnly,
  OrderRejected: bundleOnly,
  AcmeTimeout: bundleOnly,
  CertificateRejected: bundleOnly,
  SourceError: bundleOnly,
  StoreError: both,
  InstallationError: both,
  ScriptFailed: both,
  MultipleFailures: both,
};

/** Every outcome by its code. */
export const outcomes = Object.entries(exitCodes)
  .map(([name, { code }]) => ({ name: name as Outcome, code: code as number }))
  .sort((a, b) => a.code - b.code);

/**
 * The cases of a program provoke what it is to provoke, no more and no less; and what no program provokes has a reason.
 */
export function assertCovered(program: Program, cases: readonly { readonly name: Outcome }[]): void {
  for (const { name, code } of outcomes) {
    const { by, why } = coverage[name];
    assert.ok(by.length > 0 || why !== undefined, `no program provokes ${code} ${name}`);
    const provoked = cases.some((one) => one.name === name);
    assert.equal(
      provoked,
      by.includes(program),
      `${code} ${name} ${provoked ? 'is' : 'is not'} provoked by ${program}`,
    );
  }
}

/** Prints how often a program provoked each code. */
export function printCounts(program: Program, passed: readonly Outcome[]): void {
  console.log(`exit code x cases, ${program}`);
  for (const { name, code } of outcomes) {
    const { by, why } = coverage[name];
    const count = passed.filter((one) => one === name).length;
    const elsewhere = why ?? `see the ${by.join()}`;
    const shown = by.includes(program) ? String(count).padStart(3) : `  - ${elsewhere}`;
    console.log(`${String(code).padStart(4)}  ${name.padEnd(26)}${shown}`);
  }
}
