import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inCase, seedOr } from '../support/random.ts';
import { violationsOf } from './invariants.ts';
import { lifetimes, scenarios, yearOf } from './scenarios.ts';
import { simulateMachine } from './simulate-machine.ts';

/** Machines for each scenario and lifetime; short lifetimes have four times the runs. */
const machines = (lifetime: number): number => (lifetime < 10 ? 2 : 6);

for (const scenario of Object.keys(scenarios)) {
  test(`a year of ${scenario}: nothing expires, nothing is early, nothing is ordered twice`, async () => {
    for (const [index, lifetime] of lifetimes.entries()) {
      for (let machine = 1; machine <= machines(lifetime); machine += 1) {
        const seed = seedOr(1000 * (index + 1) + machine);
        await inCase(`${scenario}, ${lifetime.toFixed(2)} days`, seed, async () => {
          const history = await simulateMachine(yearOf(scenario, lifetime, seed));
          assert.ok(history.issued.length > 365 / lifetime, `${history.issued.length} certificates in a year`);
          assert.deepEqual(violationsOf(history), []);
        });
      }
    }
  });
}
