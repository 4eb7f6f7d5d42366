import assert from 'node:assert/strict';
import { createOptionTable } from '../../src/cli/options.ts';
import { type ParsedArguments, parseArguments } from '../../src/cli/parse.ts';
import { WacsError } from '../../src/core/errors.ts';
import { sampleRegistry } from '../support/sample-registry.ts';

export const table = createOptionTable(sampleRegistry);

/** Parses as on Linux, without the `/` prefix. */
export function parse(...argv: readonly string[]): ParsedArguments {
  return parseArguments(argv, table, { slashPrefix: false });
}

/** Parses as on Windows, where `/` is a prefix. */
export function parseOnWindows(...argv: readonly string[]): ParsedArguments {
  return parseArguments(argv, table, { slashPrefix: true });
}

/** Expects a usage error and returns message and hint in one text. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof WacsError, String(error));
    assert.equal(error.code, 'UsageError', error.message);
    assert.ok(error.hint, 'a usage error needs a hint');
    return `${error.message} | ${error.hint}`;
  }
  return assert.fail('it was accepted');
}
