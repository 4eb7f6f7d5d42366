import { checkRenewal } from './check-renewal.ts';
import type {
  CheckedTask,
  CheckFacts,
  CheckFinding,
  CheckResult,
  CheckStatus,
  CheckThresholds,
} from './check-report.ts';
import { lasting, since } from './check-text.ts';
import type { RenewalHealth } from './renewal-health.ts';

const day = 24 * 60 * 60 * 1000;
const lastRunWarningMs = 2 * day;
const lastRunCriticalMs = 7 * day;
const endedWell: readonly number[] = [0, 15];

/** Ages of the last run that are reported, milliseconds. */
export const lastRunLimits = { warningMs: lastRunWarningMs, criticalMs: lastRunCriticalMs };

/** Evaluates what is known; touches nothing. CRITICAL outweighs WARNING, which outweighs UNKNOWN. */
export function evaluateCheck(facts: CheckFacts, thresholds: CheckThresholds = {}): CheckResult {
  const findings = [
    ...facts.unreadable.map(
      ({ id, message }): CheckFinding => ({ status: 'CRITICAL', kind: 'unreadable', text: message, renewalId: id }),
    ),
    ...facts.renewals.flatMap((renewal) => checkRenewal(renewal, facts.now, thresholds)),
    ...checkEmptiness(facts),
    ...checkLastRun(facts),
    ...checkTask(facts.task),
  ].sort((left, right) => severity(right.status) - severity(left.status));
  const status = findings[0]?.status ?? 'OK';
  return { status, summary: summaryOf(facts), findings, facts };
}

/** The result of a check that could not be made. */
export function failedCheck(message: string, now: Date, status: 'CRITICAL' | 'UNKNOWN'): CheckResult {
  const finding: CheckFinding = { status, kind: 'checkFailed', text: message };
  return { status, summary: message, findings: [finding], facts: { now, renewals: [], unreadable: [] } };
}

/** How many renewals there are; each may have several certificates. */
export function countRenewals(renewals: readonly RenewalHealth[]): number {
  return new Set(renewals.map(({ id }) => id)).size;
}

/** The certificate that expires first. */
export function soonest(renewals: readonly RenewalHealth[]): RenewalHealth | undefined {
  return renewals
    .filter(({ certificate }) => certificate !== undefined)
    .toSorted((left, right) => expiryOf(left) - expiryOf(right))[0];
}

function expiryOf({ certificate }: RenewalHealth): number {
  return certificate?.notAfter.getTime() ?? Number.POSITIVE_INFINITY;
}

function severity(status: CheckStatus): number {
  return ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'].indexOf(status);
}

function checkEmptiness({ renewals, unreadable }: CheckFacts): CheckFinding[] {
  if (renewals.length + unreadable.length > 0) return [];
  return [{ status: 'UNKNOWN', kind: 'nothingToCheck', text: 'there are no renewals' }];
}

function checkLastRun({ lastRun, now }: CheckFacts): CheckFinding[] {
  const kind = 'lastRun';
  if (lastRun === undefined) return [{ status: 'UNKNOWN', kind, text: 'no run has been recorded yet' }];
  const age = now.getTime() - lastRun.endedAt.getTime();
  const text = `the last run ended ${since(lastRun.endedAt, now)}`;
  if (age > lastRunCriticalMs) return [{ status: 'CRITICAL', kind, text }];
  if (age > lastRunWarningMs) return [{ status: 'WARNING', kind, text }];
  if (endedWell.includes(lastRun.exitCode)) return [];
  const ending = `the last run ended with ${lastRun.exitCode} ${lastRun.exitName}`;
  return [{ status: 'WARNING', kind, text: ending }];
}

function checkTask(task: CheckedTask | undefined): CheckFinding[] {
  if (task?.state !== 'missing' && task?.state !== 'unhealthy') return [];
  const text = task.problems[0] ?? `"${task.name}" is ${task.state}`;
  return [{ status: 'WARNING', kind: 'task', text: `scheduled task: ${text}` }];
}

function summaryOf({ renewals, now, lastRun }: CheckFacts): string {
  const first = soonest(renewals)?.certificate;
  const number = countRenewals(renewals);
  const count = `${number} ${number === 1 ? 'renewal' : 'renewals'}`;
  const left = first === undefined ? 0 : first.notAfter.getTime() - now.getTime();
  return [
    count,
    first !== undefined && left > 0 && `the first certificate expires in ${lasting(left)}`,
    lastRun !== undefined && `last run ${since(lastRun.endedAt, now)}`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}
