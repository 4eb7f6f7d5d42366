import assert from 'node:assert/strict';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';

/** The failure of the work, which must be a `WacsError` with the code. */
export async function failureOf(work: Promise<unknown> | (() => unknown), code: ErrorCode): Promise<WacsError> {
  let failure: unknown;
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) assert.fail(`expected ${code}, but nothing failed`);
  if (!(failure instanceof WacsError)) throw failure;
  assert.equal(failure.code, code, failure.message);
  return failure;
}

/** A failure as an interruption causes it. */
export function interruption(): WacsError {
  return new WacsError('Interrupted', 'interrupted by SIGINT');
}
