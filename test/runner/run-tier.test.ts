import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const childLimitMs = 60_000;
const head = "import { describe, test } from 'node:test';\n";

test('counts what passed, failed and was skipped', async (t) => {
  const { counts, output } = await runTierOn(t, {
    'some.test.mjs': `${head}
      test('good', () => {});
      test('bad', () => { throw new Error('the detail of the failure'); });
      test('left out', { skip: 'no such thing here' }, () => {});
      test('left out late', (t) => t.skip('nor that'));
      test('not done', { todo: true }, () => { throw new Error(); });
      describe('group', () => { test('good too', () => {}); });`,
    'crash.test.mjs': "throw new Error('at once');",
  });
  assert.deepEqual(counts, { passed: 2, failed: 2, skipped: 3 });
  for (const told of [
    'the detail of the failure',
    'at once',
    'left out: no such thing here',
    'left out late: nor that',
  ])
    assert.ok(output.includes(told), `${told} in ${output}`);
});

test('a file that ends before its tests is a failure, whatever its exit code', async (t) => {
  const { counts, output } = await runTierOn(t, {
    'early.test.mjs': `${head} test('good', () => {}); test('ends', () => process.exit(0));`,
  });
  assert.equal(counts.failed, 1, output);
  assert.match(output, /early\.test\.mjs ended before its tests did/);
});

test('a failing hook is a failure although all tests pass', async (t) => {
  const { counts, output } = await runTierOn(t, {
    'hook.test.mjs': `import { after, test } from 'node:test'; after(() => { throw new Error(); }); test('good', () => {});`,
  });
  assert.ok(counts.failed > 0, output);
});

const hangs = `${head} test('hangs', () => new Promise(() => setTimeout(() => {}, 1e6)));`;

test('what overruns the limit of the tier is killed and counted', async (t) => {
  const files = { 'a.test.mjs': hangs, 'b.test.mjs': hangs };
  const { counts, output } = await runTierOn(t, files, 1_500);
  assert.deepEqual(counts, { passed: 0, failed: 2, skipped: 0 });
  assert.match(output, /have overrun their limit of 1\.5 s and were killed/);
});

test('a tier without tests is a failure', async (t) => {
  const { counts } = await runTierOn(t, {});
  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
});

interface TierRun {
  readonly counts: Readonly<Record<'passed' | 'failed' | 'skipped', number>>;
  readonly output: string;
}

/** In a process of its own: Node does not run tests within tests. */
async function runTierOn(t: TestContext, files: Record<string, string>, limitMs = childLimitMs): Promise<TierRun> {
  const folder = mkdtempSync(join(tmpdir(), 'wacs-run-tier-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'test'));
  const paths = Object.keys(files).map((name) => join(folder, 'test', name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), text);
  const module = new URL('../support/runner/run-tier.ts', import.meta.url);
  const tier = { name: 'sample', title: 'sample', folders: ['sample'], concurrency: 1, limitMs };
  const script = join(folder, 'script.mjs');
  writeFileSync(
    script,
    `import { runTier } from '${module}';
    const result = await runTier(${JSON.stringify(tier)}, ${JSON.stringify(paths)}, new AbortController().signal);
    console.log('\\nRESULT ' + JSON.stringify(result));`,
  );
  const output = await runNode([script]);
  const { passed, failed, skipped } = JSON.parse(/^RESULT (.*)$/m.exec(output)?.[1] ?? '{}');
  return { counts: { passed, failed, skipped }, output };
}

function runNode(args: readonly string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: childLimitMs }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
