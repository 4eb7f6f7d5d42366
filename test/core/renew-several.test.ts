import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssuedCertificate } from '../../src/core/certificate.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/plugin.ts';
import type { RenewalOutcome } from '../../src/core/renew-services.ts';
import type { Renewal } from '../../src/core/renewal.ts';
import { splitBy } from '../../src/plugins/order/parts.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import type { createFakeCache, createFakeOrders } from './fake-stores.ts';
import { setUpRenewing } from './renew-world.ts';
import { day, hour, renewal, target } from './samples.ts';

const problem = { type: 'urn:ietf:params:acme:error:dns', detail: 'no such name', status: 400 };

/** A renewal with a certificate for each of three hosts. */
function setUpThree() {
  const world = setUpRenewing();
  const { parts, services } = world;
  parts.target = target('a.test', 'b.test', 'c.test');
  parts.split = async (whole: Target) => splitBy(whole, ({ value }) => value);
  const { kept } = services.cache as ReturnType<typeof createFakeCache>;
  const { records } = services.orders as ReturnType<typeof createFakeOrders>;
  return { ...world, kept, records };
}

const results = (outcomes: readonly RenewalOutcome[]) => outcomes.map(({ part, result }) => `${part} ${result}`);
const latest = ([first]: readonly RenewalOutcome[]): Renewal => first?.renewal ?? assert.fail('no outcome');
const thumbprints = ({ parts = [] }: Renewal) => parts.map(({ state }) => state.certificate?.thumbprint);

test('each host gets its own certificate, on record and in the cache under its own name', async () => {
  const { processAll, kept, records, parts } = setUpThree();
  const saved: IssuedCertificate[] = [];
  parts.save = async (certificate) => void saved.push(certificate);
  const outcomes = await processAll(renewal());
  assert.deepEqual(results(outcomes), ['a.test renewed', 'b.test renewed', 'c.test renewed']);
  const done = latest(outcomes);
  assert.deepEqual(done.state, {});
  assert.equal(new Set(thumbprints(done)).size, 3);
  assert.deepEqual([...kept.keys()].sort(), ['first@a.test', 'first@b.test', 'first@c.test']);
  assert.equal(records.size, 0);
  assert.deepEqual(
    saved.map(({ commonName, friendlyName }) => [commonName, friendlyName]).sort(),
    ['a.test', 'b.test', 'c.test'].map((name) => [name, `First (${name})`]),
  );
  assert.deepEqual(new Set(outcomes.map((outcome) => outcome.renewal)).size, 1);
});

test('the parts are on record before the first order', async () => {
  const { processAll, authority, stored } = setUpThree();
  const seen: unknown[] = [];
  authority.before = (method) => {
    if (method === 'newOrder') seen.push(stored.versions.at(-1)?.parts?.map(({ name }) => name));
  };
  await processAll(renewal());
  assert.deepEqual(seen, Array(3).fill(['a.test', 'b.test', 'c.test']));
});

test('one that fails does not stop the others, and alone is tried again', async () => {
  const { processAll, authority, journal } = setUpThree();
  authority.refused.set('b.test', problem);
  const first = await processAll(renewal());
  assert.deepEqual(results(first), ['a.test renewed', 'b.test failed', 'c.test renewed']);
  assert.equal(first[1]?.error?.code, 'ValidationFailed');
  assert.equal(latest(first).parts?.[1]?.state.failures?.count, 1);
  authority.refused.clear();
  const second = await processAll(latest(first));
  assert.deepEqual(results(second), ['a.test notDue', 'b.test renewed', 'c.test notDue']);
  assert.equal(journal.filter((call) => call.startsWith('newOrder')).length, 1);
  assert.equal(latest(second).parts?.[1]?.state.failures, undefined);
});

test("a part whose deployment failed is deployed again without an order, and the others' deployment goes on", async () => {
  const { processAll, parts, journal } = setUpThree();
  parts.save = async ({ commonName }) => {
    if (commonName === 'b.test') throw new WacsError('StorageError', 'disk full');
  };
  const first = await processAll(renewal());
  assert.deepEqual(results(first), ['a.test renewed', 'b.test failed', 'c.test renewed']);
  parts.save = async () => undefined;
  const second = await processAll(latest(first));
  assert.deepEqual(results(second), ['a.test notDue', 'b.test deployedOnly', 'c.test notDue']);
  assert.ok(!journal.some((call) => call.startsWith('newOrder')));
  assert.deepEqual(thumbprints(latest(second)), thumbprints(latest(first)));
});

test('each is due on its own: its own window, its own predecessor', async () => {
  const { processAll, services, clock, journal } = setUpThree();
  const done = latest(await processAll(renewal()));
  const [first, second] = (done.parts ?? []).map(({ state }) => state.certificate?.renewalInfoId ?? '');
  const window = { windowStart: new Date(clock.now().getTime() - hour), windowEnd: clock.now() };
  services.renewalInfo.getRenewalInfo = async (id) =>
    id === second ? { ...window, askAgainAt: new Date(clock.now().getTime() + hour) } : undefined;
  clock.advance(2 * day);
  const outcomes = await processAll(done);
  assert.deepEqual(results(outcomes), ['a.test notDue', 'b.test renewed', 'c.test notDue']);
  assert.deepEqual(
    journal.filter((call) => call.startsWith('newOrder')),
    [`newOrder ${second}`],
  );
  assert.equal(latest(outcomes).parts?.[0]?.state.renewalInfo?.certificateId, first);
});

test('a host that goes takes its files along, a host that comes gets its first certificate', async () => {
  const { processAll, parts, kept, records } = setUpThree();
  const done = latest(await processAll(renewal()));
  records.set('first@b.test', { url: 'https://ca.test/order/9', planKey: 'old' });
  parts.target = target('a.test', 'c.test', 'd.test');
  const outcomes = await processAll(done);
  assert.deepEqual(results(outcomes), ['a.test notDue', 'c.test notDue', 'd.test renewed']);
  assert.deepEqual([...kept.keys()].sort(), ['first@a.test', 'first@c.test', 'first@d.test']);
  assert.equal(records.size, 0);
  assert.ok(latest(outcomes).history.every(({ part }) => part !== 'b.test'));
});

test('files that cannot be removed do not stop the others', async () => {
  const { processAll, parts, services } = setUpThree();
  const done = latest(await processAll(renewal()));
  parts.target = target('a.test', 'c.test');
  services.cache.remove = () => Promise.reject(new WacsError('AccessDenied', 'refused'));
  assert.deepEqual(results(await processAll(done)), ['a.test notDue', 'c.test notDue']);
});

test('one certificate for all becomes one for each, and back', async () => {
  const { processAll, parts, kept } = setUpThree();
  const split = parts.split;
  parts.split = async (whole) => [{ target: whole }];
  const single = latest(await processAll(renewal()));
  assert.deepEqual([...kept.keys()], ['first']);
  parts.split = split;
  const several = latest(await processAll(single));
  assert.deepEqual([...kept.keys()].sort(), ['first@a.test', 'first@b.test', 'first@c.test']);
  assert.deepEqual(several.state, {});
  parts.split = async (whole) => [{ target: whole }];
  const again = latest(await processAll(several));
  assert.deepEqual([[...kept.keys()], again.parts], [['first'], undefined]);
  assert.ok(again.state.certificate?.deployed);
});

test('a source that cannot be read fails every certificate with the same cause, and costs none of them', async () => {
  const { processAll, services, kept } = setUpThree();
  const done = latest(await processAll(renewal()));
  const broken = new WacsError('SourceError', 'the file is gone');
  services.plans.source = () => ({ readTarget: () => Promise.reject(broken) });
  const outcomes = await processAll(done);
  assert.deepEqual(results(outcomes), ['a.test failed', 'b.test failed', 'c.test failed']);
  assert.ok(outcomes.every(({ error }) => error === broken));
  assert.deepEqual(
    latest(outcomes).parts?.map(({ state }) => state.failures?.code),
    Array(3).fill('SourceError'),
  );
  assert.deepEqual(thumbprints(latest(outcomes)), thumbprints(done));
  assert.equal(kept.size, 3);
});

test('a source that cannot be read before there are parts is a failure of the renewal', async () => {
  const { processAll, services } = setUpThree();
  services.plans.source = () => ({
    readTarget: () => Promise.reject(new WacsError('SourceError', 'the file is gone')),
  });
  const outcomes = await processAll(renewal());
  assert.deepEqual(results(outcomes), ['undefined failed']);
  assert.equal(latest(outcomes).state.failures?.code, 'SourceError');
});

test('an interruption is thrown, the certificates that were done are kept', async () => {
  const { processAll, authority, interrupting, stored } = setUpThree();
  authority.before = (method, argument) => {
    if (method !== 'answerChallenge' || !argument.includes('b.test')) return;
    interrupting.abort(interruption());
    throw interruption();
  };
  await failureOf(processAll(renewal()), 'Interrupted');
  assert.ok(stored.versions.at(-1)?.parts?.every(({ state }) => state.failures === undefined));
});

test('certificates are ordered side by side within the bound, and deployed one after another', async () => {
  const { processAll, parts, authority } = setUpThree();
  const most = { ordering: 0, saving: 0 };
  const running = { ordering: 0, saving: 0 };
  const during = async (what: keyof typeof most): Promise<void> => {
    most[what] = Math.max(most[what], ++running[what]);
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
    running[what] -= 1;
  };
  authority.before = (method) => (method === 'newOrder' ? during('ordering') : undefined);
  parts.save = () => during('saving');
  await processAll(renewal());
  assert.deepEqual(most, { ordering: 3, saving: 1 });
});

test('a kept key of one certificate is not given to another', async () => {
  const { processAll, parts, kept } = setUpThree();
  parts.csr = { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: true, mustStaple: false };
  const keys = () => [...kept].sort().map(([, { privateKeyPem }]) => privateKeyPem);
  const done = latest(await processAll(renewal()));
  const before = keys();
  assert.equal(new Set(before).size, 3);
  await processAll(done, { force: true });
  assert.deepEqual(keys(), before);
});

test('a key is not kept when another kind is wished', async () => {
  const { processAll, parts, kept } = setUpThree();
  parts.csr = { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: true, mustStaple: false };
  const done = latest(await processAll(renewal()));
  const before = [...kept.values()].map(({ privateKeyPem }) => privateKeyPem);
  parts.csr = { key: { type: 'ec', curve: 'P-384' }, reusePrivateKey: true, mustStaple: false };
  const outcomes = await processAll(done);
  assert.deepEqual(
    outcomes.map(({ decision }) => decision?.reason),
    Array(3).fill('changed'),
  );
  for (const { privateKeyPem } of kept.values()) assert.ok(!before.includes(privateKeyPem));
});
