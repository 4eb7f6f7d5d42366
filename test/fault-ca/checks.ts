import assert from 'node:assert/strict';
import type { ReportedError } from '../../src/core/report.ts';
import type { FakeAcme } from '../support/fake-acme/fake-acme.ts';
import type { FaultBench, FaultRun } from '../support/fault-ca.ts';

/** Exit code 0, with the output beside it when it is another one. */
export function assertSuccess(run: FaultRun): void {
  assert.equal(run.exitCode, 0, run.output);
}

/**
 * A failure in every place where it must show: exit code, report, and the screen with its code, name and next step.
 * @returns the failure as the report has it
 */
export function assertFailure(run: FaultRun, code: number, name: string): ReportedError {
  assert.equal(run.exitCode, code, run.output);
  assert.deepEqual([run.report?.exitCode, run.report?.exitName], [code, name], run.output);
  const error = run.report?.error;
  assert.ok(error !== undefined, `no error in the report:\n${run.output}`);
  assert.deepEqual([error.code, error.name], [code, name]);
  assert.ok(run.stderr.includes(`[${code} ${name}]`), `the screen does not show the code:\n${run.output}`);
  assert.ok(error.hint !== undefined && run.stderr.includes(`what to do: ${error.hint}`), `no hint:\n${run.output}`);
  return error;
}

/** The certificate of the renewal, deployed, with no failure left on record. */
export function assertIssued(bench: FaultBench): void {
  const { certificate, failures } = bench.readRenewal().state;
  assert.equal(certificate?.deployed, true);
  assert.equal(failures, undefined);
  assert.equal(bench.hasOpenOrder(), false);
}

/** What holds whatever the CA does: no signed request is sent twice, and each says who asks. */
export function assertSound({ requests, output }: FaultRun, fake: FakeAcme): void {
  const nonces = fake.requests.flatMap(({ nonce }) => (nonce === undefined ? [] : [nonce]));
  assert.equal(new Set(nonces).size, nonces.length, `a signed request was sent twice:\n${output}`);
  for (const { userAgent, path } of requests) assert.match(userAgent ?? '', /^wacs\//, path);
  assert.doesNotMatch(output, /\n\s+at .+:\d+:\d+/, 'a stack on the screen');
}
