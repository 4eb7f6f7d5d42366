import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { pick, seededRandom, seedOr } from '../support/random.ts';
import { checkPemFiles, thumbprint } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, namesIn, quick, type Run, type Workbench } from './workbench.ts';

const skip = process.platform === 'win32' ? 'the executable is killed under Windows itself' : false;
/** So many if the time is enough; the fewest are done even if it is not. */
const wishedKills = 300;
const fewest = process.env.CI === 'true' ? 100 : 1;
const limitMs = 60_000;
const lanes = 2;
/** Of about one certificate in a hundred Pebble cannot find the order again, and answers `replaces` with 500 for good. */
const forgotPredecessor = /answered 500: could not find an order for the given certificate/;
/** Leftovers are removed when no other run can be writing them any more. */
const longAgo = new Date(Date.now() - 2 * 3_600_000);
const seed = seedOr(20_260_713);

test(`up to ${wishedKills} kills at random instants: the next run succeeds and nothing is lost`, {
  skip,
  timeout: 3 * limitMs,
}, async (t) => {
  const score: Score = { kills: 0, tooLate: 0, forgotten: 0, startedAt: performance.now() };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => killInLane(t, lane, score)));
  t.diagnostic(
    `${score.kills} kills, ${score.tooLate} came too late, ${score.forgotten} met a fault of Pebble; seed ${seed}`,
  );
  if (score.kills === 0) return;
  assert.ok(score.kills >= fewest, `only ${score.kills} kills, ${fewest} were to be`);
});

interface Score {
  kills: number;
  /** Runs that had ended before their kill. */
  tooLate: number;
  /** Kills not counted, because Pebble had no answer for the run after them. */
  forgotten: number;
  readonly startedAt: number;
}

/** The fewest get twice the time, because other tests may run beside this one. */
function goesOn({ kills, startedAt }: Score): boolean {
  const tookMs = performance.now() - startedAt;
  return kills < wishedKills && tookMs < (kills < fewest ? 2 * limitMs : limitMs);
}

/** Each lane has a CA and folders of its own, and so does nothing to the others. */
async function killInLane(t: TestContext, lane: number, score: Score): Promise<void> {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const random = seededRandom(seed + lane);
  const bench = await createWorkbench(t, pebble);
  const usualMs = await usualDuration(bench);
  for (let round = 0; goesOn(score); round += 1) {
    startAnew(bench);
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

function startAnew({ state, pem }: Workbench): void {
  for (const folder of [state, pem]) rmSync(folder, { recursive: true, force: true });
}

async function usualDuration(bench: Workbench): Promise<number> {
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
  for (const path of temporaryFiles(bench)) utimesSync(path, longAgo, longAgo);
  const run = await settled(await next(), bench);
  if (forgotPredecessor.test(run.output)) {
    score.kills -= 1;
    score.forgotten += 1;
    return;
  }
  assert.equal(run.exitCode, 0, `${name}: killed after\n${output}\nnext run:\n${run.output}`);
  // Without --force the certificate of before is good enough, and the order waits for the next one.
  const isOrdered = run.report?.renewals[0]?.result !== 'notDue';
  if (isOrdered) {
    assert.deepEqual(namesIn(join(bench.authority, 'orders')), [], `${name}:\n${run.output}`);
    assert.deepEqual(temporaryFiles(bench), [], `${name}: killed after\n${output}\nnext run:\n${run.output}`);
  }
  await assertNothingLost(bench, pebble).catch((error: unknown) => {
    throw new Error(`${name}: killed after\n${output}\nnext run:\n${run.output}`, { cause: error });
  });
}

/**
 * Killed between cache and renewal, the cache is ahead. Without --force the certificate in use is good enough, so the
 * order stays on record, and the next one ends it.
 */
async function settled(run: Run, bench: Workbench): Promise<Run> {
  if (run.report?.renewals[0]?.result !== 'notDue') return run;
  if (cachedCertificate(bench).thumbprint === bench.readRenewal('site').state.certificate?.thumbprint) return run;
  assertExit(run, 0);
  assert.deepEqual(namesIn(join(bench.authority, 'orders')), ['site.order.json']);
  return bench.run(['--renew', '--force']);
}

function cachedCertificate({ authority }: Workbench): { readonly thumbprint: string; readonly privateKey: string } {
  const text = readFileSync(join(authority, 'certificates', 'site.certificate.json'), 'utf8');
  const { certificate, privateKey } = JSON.parse(text);
  return { thumbprint: thumbprint(new X509Certificate(certificate)), privateKey };
}

/** Renewal, cache and PEM files are about one certificate, whose key is stored with it. */
async function assertNothingLost(bench: Workbench, pebble: Pebble): Promise<void> {
  const { certificate, failures } = bench.readRenewal('site').state;
  assert.equal(certificate?.deployed, true);
  assert.equal(failures, undefined);
  const leaf = await checkPemFiles(bench, pebble, 'a.test');
  assert.equal(thumbprint(leaf), certificate?.thumbprint);
  const cached = cachedCertificate(bench);
  assert.equal(cached.thumbprint, certificate?.thumbprint);
  assert.equal(cached.privateKey, `clear-${bench.readPem('a.test', 'key')}`);
}

/** Files of writes that the kill cut short. */
function temporaryFiles({ folder }: Workbench): string[] {
  return allFiles(folder).filter((path) => /\.tmp$|-temp\.pfx$/.test(path));
}
