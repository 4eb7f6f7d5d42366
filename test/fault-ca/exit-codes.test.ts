import { after, test } from 'node:test';
import type { Outcome } from '../../src/exit-codes.ts';
import { startCaseBench } from '../support/exit-codes/bundle-case.ts';
import { assertCase, takeStock } from '../support/exit-codes/check-case.ts';
import { assertCovered, coverage, outcomes, printCounts } from '../support/exit-codes/coverage.ts';
import { jobCases } from '../support/exit-codes/job-cases.ts';
import { programCases } from '../support/exit-codes/program-cases.ts';

const cases = [...programCases, ...jobCases];
const passed: Outcome[] = [];

test('every exit code has a case or a reason', () => assertCovered('bundle', cases));

for (const { name, code } of outcomes.filter((outcome) => coverage[outcome.name].by.includes('bundle'))) {
  for (const one of cases.filter((candidate) => candidate.name === name)) {
    test(`${code} ${name}: ${one.how}`, { skip: one.skip ?? false }, async (t) => {
      const bench = await startCaseBench(t);
      await one.prepare?.(bench);
      const before = takeStock(bench);
      const run = await one.run(bench).finally(() => one.restore?.(bench));
      assertCase(one, run, { bench, before });
      passed.push(name);
    });
  }
}

after(() => printCounts('bundle', passed));
