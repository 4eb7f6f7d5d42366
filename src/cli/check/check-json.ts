import { type CheckResult, type CheckThresholds, checkStatuses } from '../../core/check-report.ts';
import { toAscii } from '../ascii.ts';
import { version } from '../version.ts';

/** The check for programs: one JSON document, ASCII. Moments in ISO 8601, UTC. */
export function checkJson({ status, summary, findings, facts }: CheckResult, thresholds: CheckThresholds): string {
  const { now, renewals, unreadable, lastRun, task } = facts;
  const document = {
    schemaVersion: 1,
    version,
    checkedAt: now,
    status,
    exitCode: checkStatuses.indexOf(status),
    summary,
    thresholds,
    findings,
    renewals,
    unreadable,
    lastRun,
    task,
  };
  return `${toAscii(JSON.stringify(document, null, 2))}\n`;
}
