import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Violation, violationsOf } from './invariants.ts';
import { yearOf } from './scenarios.ts';
import { type MachineYear, simulateMachine } from './simulate-machine.ts';
import { day, hour } from './units.ts';

const quiet = 'a quiet year with renewal information';
const quietWithout = 'a quiet year without renewal information';
const troubled = 'troubles of all kinds, with renewal information';

/** What the invariants find in the years of some machines. */
async function found(
  scenario: string,
  lifetime: number,
  change: Partial<MachineYear>,
): Promise<ReadonlySet<Violation>> {
  const all = new Set<Violation>();
  for (let seed = 1; seed <= 4; seed += 1) {
    const history = await simulateMachine({ ...yearOf(scenario, lifetime, seed), ...change });
    for (const violation of violationsOf(history)) all.add(violation);
  }
  return all;
}

test('fixed 30 days before the end: right for 90 days, too early for all shorter lifetimes', async () => {
  const decides: MachineYear['decides'] = ({ notAfter }, now) => notAfter - now <= 30 * day;
  assert.deepEqual([...(await found(quietWithout, 90, { decides }))], []);
  for (const lifetime of [64, 45, 20 / 3])
    assert.ok((await found(quietWithout, lifetime, { decides })).has('early'), `${lifetime} days`);
});

test('win-acme: 55 days after issuance, 7 before the end: short lifetimes are due at each run, longer ones late', async () => {
  const decides: MachineYear['decides'] = ({ notBefore, notAfter }, now) =>
    now >= Math.min(notBefore + 55 * day, notAfter - 7 * day);
  assert.ok((await found(quiet, 20 / 3, { decides })).has('early'));
  assert.ok((await found(quiet, 45, { decides })).has('missed'));
});

test('the last day is late: what is in the way then lets certificates expire', async () => {
  const decides: MachineYear['decides'] = ({ notAfter }, now) => notAfter - now <= day;
  assert.ok((await found(troubled, 90, { decides })).has('expired'));
  assert.ok((await found(quiet, 90, { decides })).has('missed'));
});

test("the moment drawn in the window, not the window's start, is what counts for a run that comes in between", async () => {
  const decides: MachineYear['decides'] = ({ notBefore, notAfter }, now) =>
    now >= notBefore + (notAfter - notBefore) * 0.65;
  assert.ok((await found(quiet, 90, { decides })).has('early'));
});

test('orders that are left alone are made again', async () => {
  assert.ok((await found(troubled, 90, { noCache: true })).has('duplicate'));
});

test('a daily task is too little for certificates of 160 hours when a third of the runs fails', async () => {
  assert.ok((await found(troubled, 20 / 3, { repetition: day })).has('expired'));
});

test('a policy that replaces what it has just got is found', async () => {
  const decides: MachineYear['decides'] = () => true;
  const often = { decides, repetition: hour / 120 };
  const year = yearOf(quiet, 90, 1);
  const history = await simulateMachine({ ...year, ...often, to: year.from + day / 24 });
  assert.ok(violationsOf(history).includes('wasted'));
});
