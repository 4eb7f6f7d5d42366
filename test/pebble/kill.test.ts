import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { pick, seededRandom, seedOr } from '../support/random.ts';
import { checkPemFiles, thumbprint } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, namesIn, quick, type Run, type Workbench } from './workbench.ts';

const skip = process.platform === 'win32' ? 'the executable is killed under Windows itself' : false;
/** So many if the time is enough; in CI at least the fewer ones. */
const wishedKills = 300;
const fewestKills = 100;
const limitMs = 60_000;
const lanes = 2;
const seed = seedOr(20_260_713);

test(`up to ${wishedKills} kills at random instants: the next run succeeds and nothing is lost`, {
  skip,
  timeout: 3 * limitMs,
}, async (t) => {
  const score: Score = { kills: 0, tooLate: 0, until: performance.now() + limitMs };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => killInLane(t, lane, score)));
  t.diagnostic(`${score.kills} kills, ${score.tooLate} came too late; seed ${seed}`);
  if (score.kills === 0) return;
  const enough = process.env.CI === 'true' ? fewestKills : 1;
  assert.ok(score.kills >= enough, `${score.kills} kills in ${limitMs / 1000} s`);
});

interface Score {
  kills: number;
  /** Runs that had ended before their kill. */
  tooLate: number;
  readonly until: number;
}

/** Each lane has a CA and folders of its own, and so does nothing to the others. */
async function killInLane(t: TestContext, lane: number, score: Score): Promise<void> {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const random = seededRandom(seed + lane);
  const usualMs = await usualDuration(t, pebble);
  for (let round = 0; score.kills < wishedKills && performance.now() < score.until; round += 1) {
    const bench = await createWorkbench(t, pebble);
    const name = `lane ${lane}, round ${round}, WACS_SEED=${seed}`;
    const instant = (): number => Math.max(1, Math.round(random() * usualMs));
    const create = (timeoutMs?: number) =>
      bench.create('a.test', ['--id', 'site'], timeoutMs === undefined ? {} : { timeoutMs });
    await step(`${name}, create`, score, { killed: create(instant()), next: () => create(), bench, pebble });
    const again = pick(random, [[], ['--force']]);
    await step(`${name}, renew, then renew ${again}`, score, {
      killed: bench.run(['--renew', '--force'], { timeoutMs: instant() }),
      next: () => bench.run(['--renew', ...again]),
      ...{ bench, pebble },
    });
  }
}

async function usualDuration(t: TestContext, pebble: Pebble): Promise<number> {
  const bench = await createWorkbench(t, pebble);
  const startedAt = performance.now();
  assertExit(await bench.create('a.test', ['--id', 'site']), 0);
  return performance.now() - startedAt;
}

interface Step {
  readonly killed: Promise<Run>;
  next(): Promise<Run>;
  readonly bench: Workbench;
  readonly pebble: Pebble;
}

async function step(name: string, score: Score, { killed, next, bench, pebble }: Step): Promise<void> {
  const { signal, exitCode, output } = await killed;
  assert.ok(signal === 'SIGKILL' || exitCode === 0, `${name}: exit code ${exitCode}:\n${output}`);
  score[signal === 'SIGKILL' ? 'kills' : 'tooLate'] += 1;
  const run = await next();
  assert.equal(run.exitCode, 0, `${name}: killed after\n${output}\nnext run:\n${run.output}`);
  await assertNothingLost(bench, pebble).catch((error: unknown) => {
    throw new Error(`${name}: killed after\n${output}\nnext run:\n${run.output}`, { cause: error });
  });
}

/** Renewal, cache and PEM files are about one certificate, whose key is stored with it, and nothing lies about. */
async function assertNothingLost(bench: Workbench, pebble: Pebble): Promise<void> {
  const { certificate, failures } = bench.readRenewal('site').state;
  assert.equal(certificate?.deployed, true);
  assert.equal(failures, undefined);
  const leaf = await checkPemFiles(bench, pebble, 'a.test');
  assert.equal(thumbprint(leaf), certificate?.thumbprint);
  const cached = JSON.parse(readFileSync(join(bench.authority, 'certificates', 'site.certificate.json'), 'utf8'));
  assert.equal(thumbprint(new X509Certificate(cached.certificate)), certificate?.thumbprint);
  assert.equal(cached.privateKey, `clear-${bench.readPem('a.test', 'key')}`);
  assert.deepEqual(namesIn(join(bench.authority, 'orders')), []);
  assert.deepEqual(
    allFiles(bench.folder).filter((path) => /\.tmp$|-temp\.pfx$/.test(path)),
    [],
  );
}
