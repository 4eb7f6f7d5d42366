import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from '../pebble/workbench.ts';
import { assertExit, benchOrSkip, holdingScript, until } from './windows-bench.ts';

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

/** The port of the validation is free again, at the latest when the killed process is cleared away. */
async function assertFree(port: number): Promise<void> {
  await until(`port ${port} free`, async () => {
    const server = createServer().listen(port);
    const taken = await Promise.race([
      once(server, 'listening').then(() => false),
      once(server, 'error').then(() => true),
    ]);
    server.close();
    return !taken;
  });
}
