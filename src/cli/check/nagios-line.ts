import { countRenewals, lastRunLimits, soonest } from '../../core/check.ts';
import type { CheckFacts, CheckFinding, CheckResult, CheckThresholds } from '../../core/check-report.ts';
import { daysOf } from '../../core/check-text.ts';
import { printableText } from '../usage-error.ts';

const shownFindings = 4;
/** NRPE carries 1024 bytes; performance data needs about 200. */
const longestText = 700;

/**
 * The line of a Nagios plug-in: status, text, and performance data after a bar (Nagios Plugin Development Guidelines,
 * "Performance data"); without the latter when nothing could be read.
 */
export function nagiosLine(result: CheckResult, thresholds: CheckThresholds): string {
  const text = result.status === 'OK' ? result.summary : findingsText(result.findings);
  const failed = result.findings.some(({ kind }) => kind === 'checkFailed');
  const data = failed ? '' : ` | ${performanceData(result.facts, thresholds)}`;
  return `WACS ${result.status}: ${fit(text)}${data}\n`;
}

function findingsText(findings: readonly CheckFinding[]): string {
  const shown = findings.slice(0, shownFindings).map(({ text }) => text);
  const rest = findings.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** The bar would start the performance data. */
function fit(text: string): string {
  const line = printableText(text).replaceAll('|', '/');
  return line.length > longestText ? `${line.slice(0, longestText)}...` : line;
}

function performanceData(
  { renewals, unreadable, lastRun, task, now }: CheckFacts,
  thresholds: CheckThresholds,
): string {
  const certificate = soonest(renewals)?.certificate;
  const failing = renewals.filter(({ failures }) => failures !== undefined).length;
  const due = renewals.filter(({ dueAt }) => dueAt !== undefined && dueAt <= now).length;
  const { warningMs, criticalMs } = lastRunLimits;
  const limit = (days: number | undefined): string => (days === undefined ? '' : `${days}:`);
  return [
    certificate !== undefined &&
      `days_left=${daysOf(certificate.notAfter.getTime() - now.getTime())};${limit(thresholds.warningDays)};${limit(thresholds.criticalDays)}`,
    `renewals=${countRenewals(renewals)}`,
    `due=${due}`,
    `failing=${failing}`,
    `unreadable=${unreadable.length}`,
    lastRun !== undefined &&
      `last_run_age=${seconds(now.getTime() - lastRun.endedAt.getTime())}s;${seconds(warningMs)};${seconds(criticalMs)}`,
    task !== undefined &&
      ['healthy', 'missing', 'unhealthy'].includes(task.state) &&
      `task_healthy=${task.state === 'healthy' ? 1 : 0}`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds / 1000));
}
