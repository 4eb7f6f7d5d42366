import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from '../pebble/workbench.ts';
import { seededRandom, seedOr } from '../support/random.ts';
import { assertExit, benchOrSkip, holdingScript, type Run, until } from './windows-bench.ts';

/** What is in the log when the run is killed: the CA asks for pauses of a second, so none of it is over too soon. */
const moments = [
  ['the CA validates', /POST \S+\/chalZ\//],
  ['the CA issues', /POST \S+\/finalize-order\//],
  ['the script runs', /starting .*hold\.cmd/],
] as const;

test('a run of the executable that is killed leaves a state the next one succeeds with', {
  timeout: 900_000,
}, async (t) => {
  const bench = await benchOrSkip(t, { pebble: {} });
  if (bench === undefined) return;
  const script = await holdingScript(bench);
  for (const [index, [moment, text]] of moments.entries()) {
    await t.test(`killed while ${moment}`, async () => {
      const host = `host${index}.test`;
      const create = (signal?: AbortSignal) =>
        bench.create(host, ['--id', host, '--verbose', ...script.arguments], signal === undefined ? {} : { signal });
      script.hold();
      const before = bench.log().length;
      const kill = new AbortController();
      const run = create(kill.signal);
      await until(`${text} in the log`, () => text.test(bench.log().slice(before)));
      kill.abort();
      const killed = await run;
      assert.equal(killed.exitCode, undefined, `it ended before it was killed:\n${killed.output}`);
      script.release();
      await assertFree(bench.pebble.httpPort);

      const next = await create();
      assertExit(next, 0);
      assert.equal(bench.readRenewal(host).state.certificate?.deployed, true);
      assert.deepEqual(namesIn(join(bench.authority, 'orders')), []);
      assert.deepEqual(
        readdirSync(bench.state, { recursive: true }).filter((name) => /\.tmp$/.test(String(name))),
        [],
      );
      assertExit(await bench.run(['--renew', '--notaskscheduler', '--detailedexitcode']), 15);
    });
  }
});

/** With the three moments above: 30. */
const randomKills = 27;
const latestKillMs = 900;
const attempts = 3 * randomKills;

test(`${randomKills} kills at random instants: the next run succeeds, and nothing is lost`, {
  timeout: 300_000,
}, async (t) => {
  const bench = await benchOrSkip(t, { pebble: { retryAfter: { authz: 0, order: 0 } } });
  if (bench === undefined) return;
  const seed = seedOr(20_261_123);
  const random = seededRandom(seed);
  assertExit(await bench.create('a.test', ['--id', 'site']), 0);
  let kills = 0;
  let tooLate = 0;
  for (let number = 1; kills < randomKills && number <= attempts; number += 1) {
    const signal = AbortSignal.timeout(Math.floor(random() * latestKillMs));
    const killed: Run = await bench.run(['--renew', '--force', '--notaskscheduler', '--verbose'], { signal });
    if (killed.exitCode === 0) tooLate += 1;
    else kills += 1;
    assert.ok(!killed.exitCode, `kill ${number}, seed ${seed}:\n${killed.output}`);
    const next: Run = await bench.run(['--renew', '--notaskscheduler', '--verbose']);
    assert.equal(next.exitCode, 0, `after kill ${number}, seed ${seed}:\n${killed.output}\n${next.output}`);
    assert.equal(bench.readRenewal('site').state.certificate?.deployed, true);
  }
  assertExit(await bench.run(['--renew', '--force', '--notaskscheduler']), 0);
  console.log(`${kills} kills under Wine, ${tooLate} came too late; seed ${seed}`);
  assert.equal(kills, randomKills);
});

/** The port of the validation is free again, at the latest when the killed process is cleared away. */
async function assertFree(port: number): Promise<void> {
  await until(`port ${port} free`, async () => {
    const server = createServer().listen(port);
    const taken = await once(server, 'listening').then(
      () => false,
      () => true,
    );
    server.close();
    return !taken;
  });
}
