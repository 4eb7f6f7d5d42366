import { evaluateCheck, failedCheck } from '../../core/check.ts';
import { type CheckResult, type CheckThresholds, checkStatuses } from '../../core/check-report.ts';
import { toWacsError, type WacsError } from '../../core/errors.ts';
import type { OptionValues } from '../../core/plugin.ts';
import { checkJson } from '../check/check-json.ts';
import type { CheckAccess } from '../check/check-sources.ts';
import { gatherFacts } from '../check/gather-facts.ts';
import { nagiosLine } from '../check/nagios-line.ts';
import { prometheusText } from '../check/prometheus-text.ts';
import type { ParsedArguments } from '../parse.ts';
import type { Surroundings } from '../run-context.ts';
import { usageError } from '../usage-error.ts';

type Format = 'nagios' | 'json' | 'prometheus';

/** What was found, and for which CA. */
interface Finding {
  readonly result: CheckResult;
  readonly baseUri: string;
}

/**
 * `--check`: a Nagios plug-in. Reads the state and tells about it in one line, or as JSON or metrics.
 * @returns 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; never one of the program's other exit codes.
 */
export async function check(args: ParsedArguments, surroundings: Surroundings): Promise<number> {
  const { values } = args;
  let thresholds: CheckThresholds;
  let format: Format;
  try {
    thresholds = readThresholds(values);
    format = readFormat(args);
  } catch (error) {
    return refuseCheck(toWacsError(error), [], surroundings);
  }
  const access = surroundings.check(args);
  const found = await examine(access, args, { thresholds, now: surroundings.now() });
  const output = values.text('output');
  const final = output === undefined ? found : await putInto(output, render(format, found, thresholds), found, access);
  const shown = output === undefined ? format : 'nagios';
  surroundings.out(surroundings.redact(render(shown, final, thresholds)));
  return checkStatuses.indexOf(final.result.status);
}

/** Answers a command line with `--check` in it that cannot be understood, in the form it asks for as far as that shows. */
export function refuseCheck(
  error: WacsError,
  argv: readonly string[],
  { now, out, redact }: Pick<Surroundings, 'now' | 'out' | 'redact'>,
): number {
  const line = argv.join(' ').toLowerCase();
  const asked = /[-/]format[ =:]+(json|prometheus)\b/.exec(line)?.[1] ?? (/[-/]json\b/.test(line) ? 'json' : 'nagios');
  const result = failureResult(error, now());
  out(redact(render(asked as Format, { result, baseUri: '' }, {})));
  return checkStatuses.indexOf(result.status);
}

async function examine(
  access: CheckAccess,
  { values, given }: ParsedArguments,
  { thresholds, now }: { thresholds: CheckThresholds; now: Date },
): Promise<Finding> {
  let baseUri = given.includes('baseuri') ? (values.text('baseuri') ?? '') : '';
  try {
    const sources = await access.open();
    baseUri = sources.baseUri;
    const facts = await gatherFacts(sources, { now, withTask: !values.flag('notaskscheduler') });
    return { baseUri, result: evaluateCheck(facts, thresholds) };
  } catch (error) {
    return { baseUri, result: failureResult(toWacsError(error), now) };
  }
}

async function putInto(path: string, text: string, found: Finding, access: CheckAccess): Promise<Finding> {
  try {
    await access.write(path, text);
    return found;
  } catch (error) {
    return { ...found, result: failureResult(toWacsError(error), found.result.facts.now) };
  }
}

/** Settings and state that cannot be read stop renewals too: that is more than unknown. */
function failureResult(error: WacsError, now: Date): CheckResult {
  const text = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return failedCheck(text, now, error.code === 'ConfigurationError' ? 'CRITICAL' : 'UNKNOWN');
}

function render(format: Format, { result, baseUri }: Finding, thresholds: CheckThresholds): string {
  if (format === 'json') return checkJson(result, thresholds);
  return format === 'prometheus' ? prometheusText(result, baseUri) : nagiosLine(result, thresholds);
}

/** @throws WacsError UsageError. */
function readThresholds(values: OptionValues): CheckThresholds {
  const warningDays = values.integer('warning');
  const criticalDays = values.integer('critical');
  if (warningDays !== undefined && criticalDays !== undefined && criticalDays > warningDays) {
    throw usageError(
      `--critical ${criticalDays} is more than --warning ${warningDays}`,
      'fewer days left are worse: give --critical the smaller number',
    );
  }
  return {
    ...(warningDays === undefined ? {} : { warningDays }),
    ...(criticalDays === undefined ? {} : { criticalDays }),
  };
}

function readFormat({ values, given }: ParsedArguments): Format {
  const format = (values.text('format') ?? 'nagios') as Format;
  if (!values.flag('json')) return format;
  if (!given.includes('format') || format === 'json') return 'json';
  throw usageError(`--json and --format ${format} cannot be combined`, 'leave one of them out');
}
