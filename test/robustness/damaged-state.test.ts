import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { statePaths } from '../../src/storage/state-paths.ts';
import { temporaryFolder } from '../platform/support.ts';
import { inCase, pick, seededRandom, seedOr } from '../support/random.ts';
import { runWacs } from '../support/run-wacs.ts';
import { mutateJson } from './mutations.ts';
import { type StateFileKind, stateFileKinds } from './state-files.ts';

const runs = 40;
const seed = seedOr(20_260_715);
/** Nobody answers there. */
const baseUri = 'https://127.0.0.1:1/directory';
/** A renewal that can be read although it was changed may have become due, or be deployed again. */
const codesOfWork = [41, 43, 51, 52, 53];
const quick = JSON.stringify({ schemaVersion: 1, Acme: { RequestAttempts: 1, RequestTimeout: 1, PollTimeout: 1 } });

it(`the program ends ${runs} runs on damaged state with 0 or 20 and leaves what it cannot read as it is`, async (t) => {
  const root = temporaryFolder(t);
  const paths = statePaths(root, baseUri);
  const kinds = await stateFileKinds(paths, new Date());
  for (const kind of kinds) await kind.write();
  writeFileSync(paths.settings, quick);
  const good = kinds.map(({ path }) => ({ path, text: readFileSync(path, 'utf8') }));
  const random = seededRandom(seed);
  const seen = new Set<number>();
  for (let number = 0; number < runs; number += 1) {
    for (const { path, text } of good) writeFileSync(path, text);
    const kind = damagedKind(kinds, random);
    const { name, bytes } = mutateJson(readFileSync(kind.path, 'utf8'), random);
    writeFileSync(kind.path, bytes);
    const command = pick(random, [['--list'], ['--renew', '--notaskscheduler']] as const);
    const label = `${number}: ${command[0]}, ${kind.name} (${name}): ${Buffer.from(bytes.subarray(0, 300))}`;
    seen.add(
      await inCase(label, seed, async () => {
        const run = await runWacs([...command, '--configpath', root, '--baseuri', baseUri]);
        const output = run.stdout + run.stderr;
        const works = command[0] === '--renew' && kind.name === 'renewal';
        const code = run.exitCode ?? -1;
        assert.ok([0, 20, ...(works ? codesOfWork : [])].includes(code), `exit code ${code}:\n${output}`);
        assert.doesNotMatch(output, /\n\s+at .+:\d+:\d+|UnexpectedError|PRIVATE KEY/);
        assert.ok(code !== 20 || readFileSync(kind.path).equals(bytes), `the file was changed:\n${output}`);
        return code;
      }),
    );
  }
  assert.ok(seen.has(0) && seen.has(20), JSON.stringify([...seen]));
});

/** Mostly a renewal: the others are read more seldom. */
function damagedKind(kinds: readonly StateFileKind[], random: () => number): StateFileKind {
  const name = random() < 0.5 ? 'renewal' : pick(random, kinds.map((kind) => kind.name) as [string, ...string[]]);
  const kind = kinds.find((one) => one.name === name);
  assert.ok(kind !== undefined, name);
  return kind;
}
