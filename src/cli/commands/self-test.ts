import { runSelfTest, type SelfTestResult, selfTestFailure } from '../../core/self-test.ts';
import { exitCodeOf } from '../../exit-codes.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { version } from '../version.ts';

/** `--selftest`: tries on this system what renewals need of it, without a CA. */
export async function selfTest(context: RunContext): Promise<CommandResult> {
  const results = await runSelfTest(await context.selfTestItems(), context.log);
  const error = selfTestFailure(results);
  const exitCode = exitCodeOf(error?.code ?? 'Success');
  const listing = { schemaVersion: 1, version, exitCode, items: results.map(toListing) };
  const count = (outcome: SelfTestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  context.log.info(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (error === undefined) return { outcome: 'Success', renewals: [], listing };
  return { outcome: error.code, renewals: [], error, listing };
}

function toListing({ name, outcome, detail, error }: SelfTestResult): object {
  if (error === undefined) return { name, outcome, detail };
  return { name, outcome, detail, exitCode: exitCodeOf(error.code), exitName: error.code, hint: error.hint };
}
