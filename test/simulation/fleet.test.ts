import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Spread, spreadOf } from './flatness.ts';
import { type Fleet, memberOf, ordersOf, ordersOfMachine } from './fleet.ts';
import { usualWindow as windowOf } from './scenarios.ts';
import { usualTask } from './schedule.ts';
import { simulateMachine } from './simulate-machine.ts';
import { day, hour } from './units.ts';

const begin = Date.parse('2027-01-05T00:00:00Z');
/** Whole days after all machines have renewed once. */
const settled = { from: begin + 80 * day, to: begin + 360 * day };
const ninety = 90;
const short = 20 / 3;

/** Machines that were installed in working hours, over the time that a certificate lasts until its renewal. */
function fleetOf(days: number, changes: Partial<Fleet> = {}): Fleet {
  const lifetime = days * day;
  const period = lifetime < 10 * day ? lifetime / 2 : (lifetime * 2) / 3;
  const installedAt = (share: number): number => {
    const moment = share * period;
    return begin + Math.floor(moment / day) * day + 8 * hour + ((moment % day) / day) * 10 * hour;
  };
  return { size: 10_000, task: usualTask, lifetime, from: begin, to: begin + 365 * day, installedAt, ...changes };
}

interface Load {
  readonly orders: number;
  readonly perDay: Spread;
  readonly perHourOfDay: Spread;
  /** Within the four hours from the task's start on. */
  readonly perFiveMinutes: Spread;
}

/** How even the load is that a fleet puts on the CA. */
async function loadOf(fleet: Fleet): Promise<Load> {
  const orders = await ordersOf(fleet);
  const timesOfDay = orders.map((moment) => moment % day);
  const { startBoundary } = fleet.task;
  return {
    orders: orders.length,
    perDay: spreadOf(orders, 280, settled),
    perHourOfDay: spreadOf(timesOfDay, 24, { from: 0, to: day }),
    perFiveMinutes: spreadOf(timesOfDay, 48, { from: startBoundary, to: startBoundary + 4 * hour }),
  };
}

/**
 * The bounds of an even load, as peak to mean. The task starts within 4 of 24 hours, or within 16 of 24 when it repeats
 * every 6 hours: 6 or 1.5 is what a perfect spread over these has.
 */
function exceeded({ perDay, perHourOfDay, perFiveMinutes }: Load, days: number): string[] {
  const bounds: [string, Spread, number][] = [
    ['day', perDay, 1.4],
    ['hour of the day', perHourOfDay, days < 10 ? 2.5 : 9],
    ['five minutes', perFiveMinutes, 1.6],
  ];
  return bounds.flatMap(([name, spread, bound]) => (spread.peakToMean > bound ? [name] : []));
}

for (const [days, size] of [
  [ninety, 10_000],
  [45, 10_000],
  [short, 1_500],
] as const) {
  for (const [what, changes] of [
    ['with renewal information', { windowOf }],
    ['without', {}],
  ] as const) {
    test(`${size} machines with certificates of ${days.toFixed(1)} days, ${what}: an even load`, async () => {
      const load = await loadOf(fleetOf(days, { size, ...changes }));
      assert.ok(load.orders > (size * 360) / days, `${load.orders} orders`);
      assert.deepEqual(exceeded(load, days), [], JSON.stringify(load));
      if (days > 10) assert.ok(load.perDay.chiSquare < 1.6, JSON.stringify(load.perDay));
    });
  }
}

test('everybody at nine: the bounds say so, with a window and without', async () => {
  const task = { ...usualTask, randomDelay: 0 };
  for (const changes of [{ windowOf }, {}]) {
    const load = await loadOf(fleetOf(ninety, { task, ...changes }));
    assert.deepEqual(exceeded(load, ninety), ['hour of the day', 'five minutes']);
    assert.equal(load.perHourOfDay.peakToMean, 24);
  }
});

test('a fleet that was installed within an hour stays together, unless RenewalDaysRange spreads it', async () => {
  const installedAt = (share: number): number => begin + 9 * hour + share * hour;
  const together = await loadOf(fleetOf(ninety, { size: 2_000, installedAt, windowOf }));
  assert.ok(together.perDay.peakToMean > 20, JSON.stringify(together.perDay));
  const policy = { renewalDaysRange: 30 };
  const spread = await loadOf(fleetOf(ninety, { size: 10_000, installedAt, policy }));
  assert.ok(spread.perDay.peakToMean < 2, JSON.stringify(spread.perDay));
});

test('the fleet decides as whole machines do', async () => {
  for (const days of [ninety, short]) {
    for (const changes of [{ windowOf }, {}]) {
      for (let number = 1; number <= 3; number += 1) {
        const fleet = fleetOf(days, { size: 3, ...changes });
        const { installedAt, machine, random } = memberOf(fleet, number);
        const { lifetime, to } = fleet;
        const history = await simulateMachine({ from: installedAt, to, machine, random, ca: { lifetime, ...changes } });
        const orders = await ordersOfMachine(fleet, number);
        assert.deepEqual(
          orders,
          history.issued.slice(1).map(({ issuedAt }) => issuedAt),
        );
      }
    }
  }
});
