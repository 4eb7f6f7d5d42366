import { nextDue } from '../../core/due-date.ts';
import { displayName } from '../../core/identifier.ts';
import type { Renewal } from '../../core/renewal.ts';
import { reportError } from '../../core/report.ts';
import { exitCodeOf } from '../../exit-codes.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { loadSelected } from './load-renewals.ts';
import { unreadableResult } from './unreadable-result.ts';

/** `--list`: the renewals with their certificates and when each is due; with `--json` for programs. */
export async function list(context: RunContext): Promise<CommandResult> {
  const { renewals, failures } = await loadSelected(context);
  const result = unreadableResult(failures, []);
  const errors = failures.map((failure) => reportError(failure, exitCodeOf));
  const listing = {
    schemaVersion: 1,
    baseUri: context.baseUri,
    renewals: renewals.map((renewal) => toListing(renewal, context)),
    errors,
  };
  if (!context.values.flag('json')) context.print(toText(renewals, context));
  return { ...result, listing };
}

function toListing(renewal: Renewal, { policyOf }: RunContext): object {
  const { certificate, renewalInfo, failures } = renewal.state;
  const next = certificate === undefined ? undefined : nextDue(certificate, renewalInfo, policyOf(renewal));
  return {
    id: renewal.id,
    friendlyName: renewal.friendlyName,
    source: renewal.plan.source.plugin,
    validation: renewal.plan.validation.plugin,
    store: renewal.plan.store.map(({ plugin }) => plugin),
    installation: renewal.plan.installation.map(({ plugin }) => plugin),
    account: renewal.plan.account,
    certificate,
    nextDue: next?.dueAt,
    nextDueReason: next?.reason,
    failures,
  };
}

function toText(renewals: readonly Renewal[], context: RunContext): string {
  if (renewals.length === 0) return 'There are no renewals.\n';
  return renewals.map((renewal) => describe(renewal, context)).join('\n');
}

function describe(renewal: Renewal, { policyOf, clock }: RunContext): string {
  const { certificate, renewalInfo, failures } = renewal.state;
  const rows: [string, string][] = [['id', renewal.id]];
  if (certificate === undefined) rows.push(['certificate', 'none yet']);
  else {
    const next = nextDue(certificate, renewalInfo, policyOf(renewal));
    rows.push(['hosts', certificate.identifiers.map(displayName).join(', ')]);
    rows.push(['certificate', `${certificate.thumbprint}${certificate.revoked === true ? ' (revoked)' : ''}`]);
    rows.push(['expires', `${certificate.notAfter.toISOString()} (${daysUntil(certificate.notAfter, clock.now())})`]);
    rows.push(['due', certificate.deployed ? next.dueAt.toISOString() : 'now: its deployment failed']);
  }
  if (renewal.plan.account !== undefined) rows.push(['account', renewal.plan.account]);
  if (failures !== undefined)
    rows.push(['failures', `${failures.count}, last ${failures.lastAt.toISOString()}: ${failures.message}`]);
  return `${renewal.friendlyName}\n${rows.map(([label, text]) => `  ${label.padEnd(12)}${text}\n`).join('')}`;
}

function daysUntil(date: Date, now: Date): string {
  const days = Math.floor((date.getTime() - now.getTime()) / 86_400_000);
  return days < 0 ? 'expired' : `${days} days`;
}
