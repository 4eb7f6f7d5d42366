/**
 * npm test                       everything this machine can do
 * node test/run.ts unit pebble   only these
 *
 * What the machine cannot do is skipped, loudly; with CI=true a skip is a failure. The last line holds the totals.
 */
import { killDescendants } from './support/runner/kill-descendants.ts';
import { installTools, type Preparation, prepare } from './support/runner/prepare.ts';
import { type Result, renderResults } from './support/runner/result.ts';
import { runStep, type Step } from './support/runner/run-step.ts';
import { runTier, skipTier } from './support/runner/run-tier.ts';
import { type Requirement, type Tier, testFilesOf, tiers } from './support/runner/tiers.ts';

const wholeLimitMs = 50 * 60_000;

const checks: readonly Step[] = [
  { name: 'typecheck', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'lint',
    command: [
      'node_modules/@biomejs/biome/bin/biome',
      'check',
      '--config-path=.biome.json',
      'src',
      'test',
      'build.mjs',
      '.build',
    ],
  },
];

const code = await main(process.argv.slice(2));
// Preparations that nobody waits for any more must not keep the process.
process.stdout.write('', () => process.exit(code));

async function main(names: readonly string[]): Promise<number> {
  const known = [...checks, ...tiers].map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(', ')}\nusage: node test/run.ts [${known.join('] [')}]`);
    return 2;
  }
  const wanted = ({ name }: { name: string }): boolean => names.length === 0 || names.includes(name);
  const results = await runAll(checks.filter(wanted), tiers.filter(wanted), limitedRun());
  const final = process.env.CI === 'true' ? results.map(withoutSkips) : results;
  console.log(renderResults(final).trimEnd());
  return final.some(({ failed }) => failed > 0) ? 1 : 0;
}

/** Ends what runs when it takes too long, or when it is interrupted. */
function limitedRun(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  setTimeout(() => stop.abort(), wholeLimitMs).unref();
  stop.signal.addEventListener('abort', () => {
    console.error(`\nStopped: interrupted, or longer than ${wholeLimitMs / 60_000} minutes.`);
    killDescendants();
  });
  return stop.signal;
}

async function runAll(steps: readonly Step[], wanted: readonly Tier[], signal: AbortSignal): Promise<Result[]> {
  const tools = wanted.length === 0 ? Promise.resolve() : installTools();
  const preparations = prepare(
    wanted.flatMap(({ requirement }) => requirement ?? []),
    tools,
  );
  const results: Result[] = [];
  for (const step of steps) results.push(await runStep(step, signal));
  if (wanted.length === 0) return results;
  const build = await runStep(buildFor(wanted), signal);
  results.push(build);
  await tools;
  for (const tier of wanted) {
    const reason = build.failed > 0 ? 'the build failed' : await obstacle(tier, preparations, signal);
    results.push(reason === undefined ? await runTier(tier, testFilesOf(tier), signal) : skipTier(tier, reason));
  }
  return results;
}

/** The bundle takes a second, the executable half a minute. */
function buildFor(wanted: readonly Tier[]): Step {
  const whole = wanted.some(({ name }) => name === 'executable');
  return { name: 'build', command: ['build.mjs', ...(whole ? [] : ['--bundle'])] };
}

/** Waits for what the tier needs. @returns why it cannot run */
async function obstacle(
  { requirement }: Tier,
  preparations: ReadonlyMap<Requirement, Preparation>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const stopped = new Promise<string>((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'));
  });
  const preparation = requirement === undefined ? undefined : preparations.get(requirement);
  return signal.aborted ? stopped : Promise.race([preparation, stopped]);
}

/** In CI nothing may be left out unseen. */
function withoutSkips(result: Result): Result {
  if (result.skipped === 0) return result;
  console.log(`${result.name}: with CI=true, ${result.skipped} skipped count as failed`);
  return { ...result, failed: result.failed + result.skipped, skipped: 0 };
}
