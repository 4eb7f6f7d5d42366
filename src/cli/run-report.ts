import {
  type ReportedAccount,
  type ReportedError,
  type ReportedRenewal,
  type ReportedTask,
  reportError,
  reportRenewal,
} from '../core/report.ts';
import { exitCodeOf, type Outcome } from '../exit-codes.ts';
import type { Command } from './command.ts';
import type { CommandResult, RunContext } from './run-context.ts';
import { version } from './version.ts';

/** The report of a run: `status.json` and the output of `--json`. */
export interface RunReport {
  readonly schemaVersion: 1;
  readonly version: string;
  readonly command: Command;
  readonly baseUri?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly exitCode: number;
  readonly exitName: Outcome;
  readonly error?: ReportedError;
  readonly renewals: readonly ReportedRenewal[];
  readonly account?: ReportedAccount;
  readonly task?: ReportedTask;
}

/** Facts about the run that the command does not know. */
export interface RunFacts {
  readonly command: Command;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly context?: Pick<RunContext, 'baseUri' | 'policyOf'>;
}

/** Puts the report of a run together. */
export function createReport(result: CommandResult, facts: RunFacts): RunReport {
  const { context } = facts;
  return {
    schemaVersion: 1,
    version,
    command: facts.command,
    ...(context === undefined ? {} : { baseUri: context.baseUri }),
    startedAt: facts.startedAt.toISOString(),
    endedAt: facts.endedAt.toISOString(),
    exitCode: exitCodeOf(result.outcome),
    exitName: result.outcome,
    ...(result.error === undefined ? {} : { error: reportError(result.error, exitCodeOf) }),
    renewals: result.renewals.map((outcome) => reportRenewal(outcome, context?.policyOf ?? (() => ({})), exitCodeOf)),
    ...(result.account === undefined ? {} : { account: result.account }),
    ...(result.task === undefined ? {} : { task: result.task }),
  };
}
