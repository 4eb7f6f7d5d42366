import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOptionTable } from '../../src/cli/options.ts';
import { parseArguments } from '../../src/cli/parse.ts';
import { timeLimitSeconds } from '../../src/cli/time-limit.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { parse } from './support.ts';

const create = ['--source', 'manual', '--host', 'a.test'];
const twoHours = 7_200;
const scriptLimit = 600;
/** Clean-up after the limit. */
const grace = 25;

describe('timeLimitSeconds', () => {
  it('lets every command of a start-up script end within 600 s', () => {
    const lines = [
      create,
      ['--register'],
      ['--setuptaskscheduler'],
      ['--removetaskscheduler'],
      ['--revoke', '--id', 'x'],
    ];
    for (const line of [...lines, [...create, '--waitforlock', '300', '--waitfornetwork', '300']]) {
      assert.equal(timeLimitSeconds(parse(...line), twoHours), 540, line.join(' '));
    }
    assert.ok(540 + grace < scriptLimit);
  });

  it('ends a renewal before the scheduled task would', () => {
    assert.equal(timeLimitSeconds(parse('--renew'), twoHours), 6_600);
    assert.equal(timeLimitSeconds(parse('--renew'), 600), 550);
    assert.equal(timeLimitSeconds(parse('--renew'), 0), 6_600);
    assert.equal(timeLimitSeconds(parse('--renew'), 10), 60);
  });

  it('gives somebody who works by hand an hour', () => {
    const table = createOptionTable(pluginRegistry);
    const byHand = parseArguments([...create, '--validation', 'manual'], table, { slashPrefix: false });
    assert.equal(timeLimitSeconds(byHand, twoHours), 3_600);
  });

  it('is what was asked for, and leaves room for long waits that were asked for', () => {
    assert.equal(timeLimitSeconds(parse(...create, '--timelimit', '30', '--waitforlock', '900'), twoHours), 30);
    assert.equal(timeLimitSeconds(parse(...create, '--waitforlock', '900'), twoHours), 540 + 600);
  });
});
