import { type CheckResult, checkStatuses } from '../../core/check-report.ts';
import type { RenewalHealth } from '../../core/renewal-health.ts';
import { version } from '../version.ts';

/** One metric; a sample is its labels and its value. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

/**
 * The check in the text format that Prometheus' textfile collectors read (exposition format 0.0.4). A metric that
 * cannot be known has no sample.
 */
export function prometheusText(result: CheckResult, baseUri: string): string {
  const ca = { ca: baseUri };
  const metrics = [...programMetrics(result, ca), ...renewalMetrics(result.facts.renewals, ca)];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(toText)
    .join('');
}

type Labels = Readonly<Record<string, string>>;

function programMetrics({ status, findings, facts }: CheckResult, ca: Labels): Metric[] {
  const { lastRun, task, unreadable } = facts;
  const readable = !findings.some(({ kind }) => kind === 'checkFailed');
  const ended = lastRun === undefined ? [] : [lastRun];
  const known = task !== undefined && ['healthy', 'missing', 'unhealthy'].includes(task.state) ? [task] : [];
  return [
    { name: 'wacs_build_info', help: 'Version of the program.', samples: [[{ version }, 1]] },
    { name: 'wacs_up', help: 'Whether the state of the program could be read.', samples: [[ca, readable ? 1 : 0]] },
    {
      name: 'wacs_check_status',
      help: 'Result of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.',
      samples: [[ca, checkStatuses.indexOf(status)]],
    },
    {
      name: 'wacs_unreadable_renewals',
      help: 'Renewal files that cannot be read.',
      samples: readable ? [[ca, unreadable.length]] : [],
    },
    {
      name: 'wacs_last_run_timestamp_seconds',
      help: 'When the last run ended.',
      samples: ended.map(({ endedAt }) => [ca, toSeconds(endedAt)]),
    },
    {
      name: 'wacs_last_run_exit_code',
      help: 'Exit code of the last run.',
      samples: ended.map(({ exitCode }) => [ca, exitCode]),
    },
    {
      name: 'wacs_task_healthy',
      help: 'Whether the scheduled task is as it should be.',
      samples: known.map(({ state }) => [ca, state === 'healthy' ? 1 : 0]),
    },
  ];
}

function renewalMetrics(renewals: readonly RenewalHealth[], ca: Labels): Metric[] {
  const labels = ({ id, friendlyName, part, hosts: [commonName = ''] }: RenewalHealth): Labels => ({
    ...ca,
    id,
    friendly_name: friendlyName,
    common_name: commonName,
    ...(part === undefined ? {} : { part }),
  });
  const perRenewal = (name: string, help: string, value: (renewal: RenewalHealth) => number | undefined): Metric => ({
    name,
    help,
    samples: renewals.flatMap((renewal) => {
      const number = value(renewal);
      return number === undefined ? [] : [[labels(renewal), number] as const];
    }),
  });
  return [
    perRenewal(
      'wacs_certificate_not_before_timestamp_seconds',
      'When the certificate in use began to be valid.',
      ({ certificate }) => toSeconds(certificate?.notBefore),
    ),
    perRenewal(
      'wacs_certificate_not_after_timestamp_seconds',
      'When the certificate in use expires.',
      ({ certificate }) => toSeconds(certificate?.notAfter),
    ),
    perRenewal('wacs_renewal_due_timestamp_seconds', 'When the renewal is due.', ({ dueAt }) => toSeconds(dueAt)),
    perRenewal('wacs_renewal_failures', 'Failures since the last success.', ({ failures }) => failures?.count ?? 0),
  ];
}

function toSeconds(moment: Date): number;
function toSeconds(moment: Date | undefined): number | undefined;
function toSeconds(moment: Date | undefined): number | undefined {
  return moment === undefined ? undefined : Math.floor(moment.getTime() / 1000);
}

function toText({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${pairs.join(',')}}`;
}

/** The format knows these three escapes and no other; further control characters have no place in a label. */
function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll(/[\u0000-\u001f\u007f]/g, '?');
}
