import { type EndedRun, recordHealth } from '../core/health-record.ts';
import type { ParsedArguments } from './parse.ts';
import type { OpenRun } from './run-context.ts';
import type { RunReport } from './run-report.ts';

/**
 * Keeps the report of a run beside the renewals, and what monitors read.
 * @throws WacsError AccessDenied, StorageError.
 */
export async function keepReport(report: RunReport, { given }: ParsedArguments, opened: OpenRun): Promise<void> {
  await opened.writeStatus(report);
  const { command, exitCode, exitName, task } = report;
  const { baseUri, policyOf, services } = opened.context;
  const run: EndedRun = {
    baseUri,
    command,
    endedAt: new Date(report.endedAt),
    exitCode,
    exitName,
    whole: !given.includes('id') && !given.includes('friendlyname'),
    ...(task === undefined ? {} : { task }),
  };
  await recordHealth(run, { health: opened.health, renewals: services.renewals, policyOf });
}
