import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import type { Surroundings } from '../../src/cli/run-context.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { SystemEvent } from '../../src/core/event-log.ts';
import { sampleRegistry } from '../support/sample-registry.ts';

/** Runs a command line whose state cannot be opened. */
async function eventsFrom(
  argv: readonly string[],
  failure: WacsError,
): Promise<{ code: number; events: SystemEvent[] }> {
  const events: SystemEvent[] = [];
  const surroundings: Surroundings = {
    platform: 'posix',
    registry: sampleRegistry,
    now: () => new Date('2026-06-01T12:00:00Z'),
    out: () => undefined,
    err: () => undefined,
    open: () => Promise.reject(failure),
    check: () => ({ open: () => Promise.reject(failure), write: async () => undefined }),
    settingsSchema: async () => ({}),
    writeEvents: async (written, warn) => {
      events.push(...written);
      warn('the log is full');
    },
    redact: (text) => text.replaceAll('hidden', '***'),
    addSecret: () => undefined,
  };
  return { code: await run(argv, surroundings), events };
}

describe('the event log of a run', () => {
  const failure = new WacsError('AlreadyRunning', 'another run goes on: hidden', { hint: 'Wait.' });

  it('is told of a run that could not begin, without secrets; a complaint of it changes nothing', async () => {
    const { code, events } = await eventsFrom(['--renew'], failure);
    assert.equal(code, 23);
    assert.deepEqual(events, [
      {
        type: 'error',
        id: 23,
        text: 'The command "renew" ended with exit code 23 AlreadyRunning.\n23 AlreadyRunning: another run goes on: ***\nWhat to do: Wait.',
      },
    ]);
  });

  it('is told of a command line that was refused', async () => {
    const { code, events } = await eventsFrom(['--renwe'], failure);
    assert.equal(code, 2);
    assert.deepEqual(
      events.map(({ id }) => id),
      [2],
    );
    assert.match(events[0]?.text ?? '', /^The command line was refused .*\nCommand line: wacs --renwe\n2 UsageError: /);
  });

  it('shows no secret of a command line that was refused', async () => {
    const argv = ['--source', 'manual', '--eab-key', 'never-seen', '--eab-keyy=never-seen', '--oops', 'never-seen'];
    const { events } = await eventsFrom(argv, failure);
    assert.match(events[0]?.text ?? '', /Command line: wacs --source manual --eab-key \*\*\* --eab-keyy --oops \*\*\*/);
    assert.doesNotMatch(JSON.stringify(events), /never-seen/);
  });

  for (const argv of [['--help'], ['--version'], ['--list'], ['--check'], ['--check', '--oops']]) {
    it(`is not told of ${argv.join(' ')}`, async () => assert.deepEqual((await eventsFrom(argv, failure)).events, []));
  }
});
