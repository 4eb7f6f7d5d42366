import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLimiter } from '../../src/core/bounded.ts';
import { processRenewal } from '../../src/core/renew.ts';
import type { RenewServices } from '../../src/core/renew-services.ts';
import { plainOptions, setUpRenewing } from './renew-world.ts';
import { renewal, target } from './samples.ts';

const namesEach = 8;
const hosts = (id: string): readonly [string, ...string[]] => [
  `0.${id}.test`,
  ...Array.from({ length: namesEach - 1 }, (_, index) => `${index + 1}.${id}.test`),
];

/** Counts what is under way at the same time. */
function createGauge() {
  const running = new Set<string>();
  const gauge = {
    most: 0,
    enter(name: string): void {
      running.add(name);
      gauge.most = Math.max(gauge.most, running.size);
    },
    leave: (name: string) => void running.delete(name),
  };
  return gauge;
}

/** Works on so many renewals at once with the bounds given; every call of the CA takes its time. */
async function renewSideBySide(count: number, bounds: { certificates: number; names: number }, refused?: string) {
  const world = setUpRenewing();
  const [certificates, names] = [createGauge(), createGauge()];
  world.authority.before = async () => {
    for (let left = 3; left > 0; left--) await turn();
  };
  if (refused !== undefined) world.authority.refused.set(refused, { type: 'about:blank', detail: 'no', status: 403 });
  world.parts.save = async ({ commonName }) => certificates.leave(commonName);
  const validation = world.services.plans.validation(renewal().plan);
  const services: RenewServices = {
    ...world.services,
    limitCertificates: createLimiter(bounds.certificates),
    limitValidations: createLimiter(bounds.names),
    plans: {
      ...world.services.plans,
      source: ({ source }) => ({
        async readTarget() {
          return target(...hosts(String(source.host)));
        },
      }),
      validation: () => ({
        ...validation,
        async prepare({ identifier }) {
          certificates.enter(`0.${identifier.value.split('.')[1]}.test`);
          names.enter(identifier.value);
        },
        cleanUp: async ({ identifier }) => names.leave(identifier.value),
      }),
    },
  };
  const outcomes = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const id = `r${index}`;
      const own = { ...renewal(), id, plan: { ...renewal().plan, source: { plugin: 'manual', host: id } } };
      return (await processRenewal(own, plainOptions, services))[0];
    }),
  );
  return { outcomes, certificates: certificates.most, names: names.most };
}

test('certificates and names are worked on side by side, as many as allowed and no more', async () => {
  const done = await renewSideBySide(12, { certificates: 3, names: 7 });
  assert.ok(done.outcomes.every((outcome) => outcome?.result === 'renewed'));
  assert.deepEqual([done.certificates, done.names], [3, 7]);
});

test('one at a time is one at a time', async () => {
  const done = await renewSideBySide(4, { certificates: 1, names: 1 });
  assert.ok(done.outcomes.every((outcome) => outcome?.result === 'renewed'));
  assert.deepEqual([done.certificates, done.names], [1, 1]);
});

test('the bound on names holds over all renewals, and is no bound for one with fewer names', async () => {
  const done = await renewSideBySide(6, { certificates: 6, names: 100 });
  assert.deepEqual([done.certificates, done.names], [6, 6 * namesEach]);
});

test('one that fails stops no other', async () => {
  const done = await renewSideBySide(10, { certificates: 2, names: 20 }, '3.r4.test');
  const failed = done.outcomes.filter((outcome) => outcome?.result === 'failed');
  assert.deepEqual(
    failed.map((outcome) => [outcome?.renewal.id, outcome?.error?.code]),
    [['r4', 'ValidationFailed']],
  );
  assert.equal(done.outcomes.filter((outcome) => outcome?.result === 'renewed').length, 9);
});
