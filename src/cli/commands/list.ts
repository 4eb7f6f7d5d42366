import { type DuePolicy, nextDue } from '../../core/due-date.ts';
import { displayName } from '../../core/identifier.ts';
import { type CertificateOf, certificatesOf } from '../../core/part.ts';
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
    renewals: renewals.flatMap((renewal) => certificatesOf(renewal).map((one) => toListing(renewal, one, context))),
    errors,
  };
  if (!context.values.flag('json')) context.print(toText(renewals, context));
  return { ...result, listing };
}

/** One entry for each certificate, as in the report of a run. */
function toListing(renewal: Renewal, { part, view }: CertificateOf, { policyOf }: RunContext): object {
  const { id, friendlyName, plan } = renewal;
  const { certificate, renewalInfo, failures } = view.state;
  const next = certificate === undefined ? undefined : nextDue(certificate, renewalInfo, policyOf(renewal));
  return {
    id,
    friendlyName,
    part,
    source: plan.source.plugin,
    order: plan.order.plugin,
    validation: plan.validation.plugin,
    store: plan.store.map(({ plugin }) => plugin),
    installation: plan.installation.map(({ plugin }) => plugin),
    account: plan.account,
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

function describe(renewal: Renewal, context: RunContext): string {
  const { friendlyName, id, plan } = renewal;
  const all = certificatesOf(renewal);
  const head: Row[] = [['id', id]];
  if (plan.account !== undefined) head.push(['account', plan.account]);
  if (all.some(({ part }) => part !== undefined)) head.push(['order', `${plan.order.plugin}, ${count(all.length)}`]);
  const certificates = all.map(({ part, view }) => {
    const rows = describeCertificate(view, context.policyOf(renewal), context);
    return part === undefined ? toLines(rows, 2) : `  ${part}\n${toLines(rows, 4)}`;
  });
  return `${friendlyName}\n${toLines(head, 2)}${certificates.join('')}`;
}

type Row = readonly [label: string, text: string];

function describeCertificate({ state }: Renewal, policy: DuePolicy, { clock }: RunContext): Row[] {
  const { certificate, renewalInfo, failures } = state;
  const rows: Row[] = [];
  if (certificate === undefined) rows.push(['certificate', 'none yet'], ['due', 'now']);
  else {
    const next = nextDue(certificate, renewalInfo, policy);
    rows.push(['hosts', certificate.identifiers.map(displayName).join(', ')]);
    rows.push(['certificate', `${certificate.thumbprint}${certificate.revoked === true ? ' (revoked)' : ''}`]);
    rows.push(['expires', `${certificate.notAfter.toISOString()} (${daysUntil(certificate.notAfter, clock.now())})`]);
    rows.push(['due', certificate.deployed ? next.dueAt.toISOString() : 'now: its deployment failed']);
  }
  if (failures !== undefined)
    rows.push(['failures', `${failures.count}, last ${failures.lastAt.toISOString()}: ${failures.message}`]);
  return rows;
}

function toLines(rows: readonly Row[], indent: number): string {
  return rows.map(([label, text]) => `${' '.repeat(indent)}${label.padEnd(12)}${text}\n`).join('');
}

function count(certificates: number): string {
  return certificates === 1 ? '1 certificate' : `${certificates} certificates`;
}

function daysUntil(date: Date, now: Date): string {
  const days = Math.floor((date.getTime() - now.getTime()) / 86_400_000);
  return days < 0 ? 'expired' : `${days} days`;
}
