import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import { EnvironmentUnavailable } from '../support/environment-unavailable.ts';
import { ensurePebble } from '../support/pebble/fetch-pebble.ts';
import { nonceReject, type Row, rowTools } from './row.ts';
import { rows } from './rows.ts';

const wholeMatrix = 26;
const sideBySide = 2;

test('the matrix has every row once, in order', () => {
  assert.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: wholeMatrix }, (_, index) => index + 1),
  );
});

test(`conformance matrix, ${nonceReject} % of all good nonces refused`, { concurrency: sideBySide }, async (t) => {
  const missing = await obstacle(t);
  if (missing !== undefined) return t.skip(missing);
  const passed = new Set<number>();
  await Promise.all(rows.map((row) => t.test(`row ${row.number}: ${row.title}`, (t) => runRow(row, passed, t))));
  console.log(matrix(passed));
  assert.equal(passed.size, rows.length);
});

async function runRow(row: Row, passed: Set<number>, t: TestContext): Promise<void> {
  await row.run(rowTools(t));
  passed.add(row.number);
}

/** Why this machine cannot run the matrix; with CI=true that is a failure. */
async function obstacle(t: TestContext): Promise<string | undefined> {
  if (process.platform === 'win32') return 'some rows use scripts for a POSIX shell';
  try {
    await ensurePebble((line) => t.diagnostic(line));
    return await opensslMissing();
  } catch (error) {
    if (!(error instanceof EnvironmentUnavailable) || process.env.CI === 'true') throw error;
    return `no Pebble: ${error.reason}`;
  }
}

function matrix(passed: ReadonlySet<number>): string {
  const lines = rows.map(({ number, title, place }) => {
    const result = passed.has(number) ? 'pass' : 'FAIL';
    return `${String(number).padStart(3)}  ${result}  ${place.padEnd(18)}  ${title}`;
  });
  return `\n${lines.join('\n')}\n\n${passed.size}/${wholeMatrix} rows, NONCEREJECT ${nonceReject}\n`;
}
