import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPlan } from '../../src/cli/commands/read-plan.ts';
import { renderHelp } from '../../src/cli/help.ts';
import { createOptionTable } from '../../src/cli/options.ts';
import { type ParsedArguments, parseArguments, redactArguments } from '../../src/cli/parse.ts';
import { run } from '../../src/cli/run.ts';
import type { RunContext, Surroundings } from '../../src/cli/run-context.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { PluginServices } from '../../src/core/plugin.ts';
import { exitCodeOf } from '../../src/exit-codes.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createPlanResolver } from '../../src/plugins/resolve-plan.ts';
import { inCase, seededRandom, seedOr } from '../support/random.ts';
import { randomLine } from './random-lines.ts';

const lines = 10_000;
const seed = seedOr(20_260_711);
const table = createOptionTable(pluginRegistry);

describe(`${lines} random command lines`, () => {
  it('are accepted or refused as usage errors', async () => {
    const random = seededRandom(seed);
    const outcomes = { accepted: 0, refused: 0 };
    for (let line = 0; line < lines; line += 1) {
      const argv = randomLine(random, table);
      const slashPrefix = random() < 0.5;
      const accepted = await inCase(JSON.stringify(argv), seed, () => isAccepted(argv, slashPrefix));
      outcomes[accepted ? 'accepted' : 'refused'] += 1;
    }
    assert.ok(outcomes.accepted > lines / 50 && outcomes.refused > lines / 50, JSON.stringify(outcomes));
    assert.deepEqual(Object.keys(Object.prototype), []);
  });

  it('end with a code of the table, up to the plan and its hosts, and show no stack', async () => {
    const random = seededRandom(seed + 1);
    const seen = new Map<number, number>();
    for (let line = 0; line < lines; line += 1) {
      const argv = randomLine(random, table);
      const platform = random() < 0.5 ? 'win32' : 'posix';
      const code = await inCase(JSON.stringify(argv), seed, () => codeOf(argv, platform));
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    for (const code of documented) assert.ok(seen.has(code), `no line ended with ${code}`);
  });
});

function isAccepted(argv: readonly string[], slashPrefix: boolean): boolean {
  assert.doesNotMatch(redactArguments(argv, table, { slashPrefix }), /[\0-\x1f]/);
  try {
    const parsed = parseArguments(argv, table, { slashPrefix });
    if (parsed.helpTopic !== undefined) renderHelp(table, parsed.helpTopic);
    return true;
  } catch (error) {
    assert.ok(error instanceof WacsError, String(error));
    assert.equal(error.code, 'UsageError');
    return false;
  }
}

/** What the surroundings answer to a line that is good as far as it can be told without any state. */
const goodLine = 'AlreadyRunning';
const unknownStatus = 3;
const documented = [0, exitCodeOf('UsageError'), unknownStatus, exitCodeOf(goodLine), exitCodeOf('SourceError')];

async function codeOf(argv: readonly string[], platform: Surroundings['platform']): Promise<number> {
  let screen = '';
  const show = (text: string): void => {
    screen += text;
  };
  const code = await run(argv, surroundings(platform, show));
  assert.ok(documented.includes(code), `exit code ${code}:\n${screen}`);
  assert.doesNotMatch(screen, /\n\s+at .+:\d+:\d+|UnexpectedError/);
  return code;
}

/** Surroundings without state or processes: they read the plan as the commands do, and then are in use by another run. */
function surroundings(platform: Surroundings['platform'], show: (text: string) => void): Surroundings {
  const busy = new WacsError(goodLine, 'another run goes on', { hint: 'Wait.' });
  return {
    platform,
    registry: pluginRegistry,
    now: () => new Date('2026-06-01T12:00:00Z'),
    out: show,
    err: show,
    async open(args) {
      if (args.command === 'create') await readTarget(args);
      throw busy;
    },
    check: () => ({ open: () => Promise.reject(busy), write: async () => undefined }),
    settingsSchema: async () => ({}),
    writeEvents: async () => undefined,
    redact: (text) => text,
    addSecret: () => undefined,
  };
}

/** Nothing of this needs a service; whatever asks for one fails the test. */
async function readTarget({ values, given }: ParsedArguments): Promise<void> {
  const protectSecret = (plain: string): string => `clear-${plain}`;
  const context: Partial<RunContext> = { registry: pluginRegistry, values, given, protectSecret, defaultChoices: {} };
  const plan = readPlan(context as RunContext);
  await createPlanResolver(pluginRegistry, {} as PluginServices)
    .source(plan)
    .readTarget();
}
