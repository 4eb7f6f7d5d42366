import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { InstallationContext } from '../../src/core/plugin.ts';
import { processRenewal } from '../../src/core/renew.ts';
import type { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import type { createFakeOrders } from './fake-stores.ts';
import { plainOptions, setUpRenewing } from './renew-world.ts';
import { day, hour, renewal, target } from './samples.ts';

const important = /^(newOrder|cache\.write|renewals\.write|orders\.remove|save|install)/;
const steps = (journal: readonly string[]): string[] => journal.filter((call) => important.test(call));

test('a new renewal gets its certificate, which is on disk before anything is deployed', async () => {
  const { journal, stored, process } = setUpRenewing();
  const outcome = await process(renewal());
  assert.deepEqual([outcome.result, outcome.decision?.reason, outcome.error], ['renewed', 'new', undefined]);
  assert.deepEqual(steps(journal), [
    'newOrder',
    'cache.write',
    'renewals.write',
    'orders.remove',
    'save',
    'install',
    'renewals.write',
    'renewals.write',
  ]);
  assert.deepEqual(
    stored.versions.map(({ state }) => [state.certificate?.deployed, state.renewalInfo === undefined]),
    [
      [false, true],
      [true, true],
      [true, false],
    ],
  );
  assert.deepEqual(
    outcome.renewal.history.map(({ result }) => result),
    ['renewed'],
  );
});

test('nothing due means nothing done: no account, no CA, no store', async () => {
  const { journal, process, issued, services } = setUpRenewing();
  const done = await issued();
  const outcomes = await processRenewal(done, plainOptions, {
    ...services,
    authority: () => assert.fail('the CA is not needed'),
  });
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ['notDue'],
  );
  await process(outcomes[0]?.renewal ?? done);
  assert.deepEqual(journal, []);
});

test('the next certificate names its predecessor, and the installation step knows it', async () => {
  const { journal, clock, parts, process, issued } = setUpRenewing();
  const first = await issued();
  clock.advance(61 * day);
  const seen: InstallationContext[] = [];
  parts.install = async (context) => void seen.push(context);
  const second = await process(first);
  assert.equal(second.decision?.reason, 'lifetime');
  assert.ok(journal.includes(`newOrder ${first.state.certificate?.renewalInfoId}`));
  const { thumbprint, notBefore, notAfter } = first.state.certificate ?? {};
  assert.deepEqual(seen[0]?.previous, {
    commonName: 'a.test',
    friendlyName: 'First',
    thumbprint,
    notBefore,
    notAfter,
  });
});

test('a store that cannot work is found out before anything is ordered', async () => {
  const { journal, parts, process } = setUpRenewing();
  parts.check = () => Promise.reject(new WacsError('AccessDenied', 'refused'));
  const outcome = await process(renewal());
  assert.deepEqual([outcome.result, outcome.error?.code], ['failed', 'AccessDenied']);
  assert.deepEqual(steps(journal), ['renewals.write']);
});

test('the replaced certificate is dropped once its successor is deployed, and again where that failed', async () => {
  const { journal, parts, process, issued } = setUpRenewing();
  const retired = (): string[] => journal.filter((line) => line.startsWith('retire'));
  const first = await issued();
  const [a] = [first.state.certificate?.thumbprint];
  parts.install = () => Promise.reject(new WacsError('ScriptFailed', 'ended with 3'));
  const { renewal: failed } = await process(first, { force: true });
  assert.deepEqual(retired(), []);
  parts.install = async () => undefined;
  parts.retire = () => Promise.reject(new WacsError('StoreError', 'in use'));
  const { renewal: held, result } = await process(failed);
  assert.equal(result, 'deployedOnly');
  assert.deepEqual([retired(), held.state.certificate?.superseded], [[`retire ${a}`], [a]]);
  parts.retire = async () => undefined;
  const { renewal: third } = await process(held, { force: true });
  assert.deepEqual(retired(), [`retire ${failed.state.certificate?.thumbprint}`, `retire ${a}`]);
  assert.equal(third.state.certificate?.superseded, undefined);
});

test('an expired or revoked certificate is not named as the predecessor', async () => {
  const expired = setUpRenewing();
  const first = await expired.issued();
  expired.clock.advance(91 * day);
  await expired.process(first);
  assert.ok(expired.journal.includes('newOrder'));
  const revoked = setUpRenewing();
  const second = await revoked.issued();
  const { certificate } = second.state;
  assert.ok(certificate);
  const outcome = await revoked.process({ ...second, state: { certificate: { ...certificate, revoked: true } } });
  assert.equal(outcome.decision?.reason, 'revoked');
  assert.ok(revoked.journal.includes('newOrder'));
});

test('--force, other names and another key each order at once', async () => {
  const { parts, process, issued } = setUpRenewing();
  const first = await issued();
  assert.equal((await process(first, { force: true })).decision?.reason, 'forced');
  assert.equal((await process(first, { profile: 'shortlived' })).decision?.reason, 'changed');
  parts.csr = { key: { type: 'rsa', bits: 2048 }, reusePrivateKey: false, mustStaple: false };
  assert.equal((await process(first)).decision?.reason, 'changed');
  parts.csr = { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: false };
  parts.target = target('a.test', 'b.test');
  assert.equal((await process(first)).decision?.reason, 'changed');
});

test("the plan's profile and preferred issuer come before those of the settings", async () => {
  const { journal, process } = setUpRenewing();
  const own = { ...renewal(), plan: { ...renewal().plan, profile: 'own', preferredIssuer: 'Own Root' } };
  await process(own, { profile: 'default', preferredIssuer: 'Default Root' });
  assert.ok(journal.includes('newOrder own') && journal.includes('downloadCertificate Own Root'));
  await process(renewal(), { profile: 'default', preferredIssuer: 'Default Root' });
  assert.ok(journal.includes('newOrder default') && journal.includes('downloadCertificate Default Root'));
});

test('the key is kept when the plan says so, and is new otherwise', async () => {
  const { parts, services, process, issued } = setUpRenewing();
  const first = await issued();
  const key = { type: 'ec', curve: 'P-256' } as const;
  const keyPem = async () => (await services.cache.read('first'))?.privateKeyPem;
  const before = await keyPem();
  parts.csr = { key, reusePrivateKey: true, mustStaple: false };
  await process(first, { force: true });
  assert.equal(await keyPem(), before);
  parts.csr = { key, reusePrivateKey: false, mustStaple: false };
  await process(first, { force: true });
  assert.notEqual(await keyPem(), before);
});

test('a store that failed is tried again by the next run, without an order, until it succeeds', async () => {
  const { journal, parts, process } = setUpRenewing();
  parts.save = () => Promise.reject(new WacsError('StorageError', 'disk full'));
  const first = await process(renewal());
  assert.deepEqual([first.result, first.error?.code], ['failed', 'StoreError']);
  assert.equal(first.renewal.state.certificate?.deployed, false);
  const second = await process(first.renewal);
  assert.deepEqual([second.result, second.renewal.state.failures?.count], ['failed', 2]);
  parts.save = async () => undefined;
  const third = await process(second.renewal);
  assert.deepEqual([third.result, third.decision?.reason], ['deployedOnly', 'deployment']);
  assert.deepEqual(steps(journal), ['save', 'install', 'renewals.write']);
  assert.equal(third.renewal.state.failures, undefined);
  assert.equal((await process(third.renewal)).result, 'notDue');
});

test('the order of the stored certificate that a killed run left behind goes; one for another certificate stays', async () => {
  const { services, parts, process } = setUpRenewing();
  parts.save = () => Promise.reject(new WacsError('StorageError', 'disk full'));
  const first = await process(renewal());
  parts.save = async () => undefined;
  const own = (await services.cache.read('first'))?.privateKeyPem;
  assert.ok(own !== undefined);
  const record = { url: 'https://ca.test/order/1', planKey: 'plan' };
  await services.orders.write('first', { ...record, privateKeyPem: 'another key' });
  assert.equal((await process(first.renewal)).result, 'deployedOnly');
  assert.ok(await services.orders.read('first'));
  await services.orders.write('first', { ...record, privateKeyPem: own });
  assert.equal((await process(first.renewal)).result, 'deployedOnly');
  assert.equal(await services.orders.read('first'), undefined);
});

test('a deployment whose stored certificate is gone gets a new one', async () => {
  const { services, parts, process } = setUpRenewing();
  parts.install = () => Promise.reject(new WacsError('ScriptFailed', 'ended with 3'));
  const first = await process(renewal());
  await services.cache.remove('first');
  parts.install = async () => undefined;
  const second = await process(first.renewal);
  assert.deepEqual([second.result, second.decision?.reason], ['renewed', 'deployment']);
  assert.equal((await process(second.renewal)).result, 'notDue');
});

test('a failure is counted and recorded once', async () => {
  const { authority, stored, process } = setUpRenewing();
  authority.refused.set('a.test', { type: 'about:blank', detail: 'no', status: 403 });
  const outcome = await process(renewal());
  assert.deepEqual([outcome.result, outcome.error?.code], ['failed', 'ValidationFailed']);
  assert.equal(stored.versions.length, 1);
  assert.equal(outcome.renewal.state.failures?.count, 1);
  assert.equal(outcome.renewal.history.length, 1);
  assert.equal((await process(outcome.renewal)).renewal.state.failures?.count, 2);
});

test('a fault in a plugin is a recorded failure too', async () => {
  const { parts, process } = setUpRenewing();
  parts.split = () => {
    throw new TypeError('fault');
  };
  const outcome = await process(renewal());
  assert.deepEqual([outcome.error?.code, outcome.renewal.state.failures?.code], ['UnexpectedError', 'UnexpectedError']);
});

test('a plan that gives no certificate, or several without names, is refused', async () => {
  const { parts, process } = setUpRenewing();
  parts.split = async () => [];
  assert.equal((await process(renewal())).error?.code, 'ConfigurationError');
  parts.split = async (whole) => [{ target: whole }, { target: whole }];
  assert.equal((await process(renewal())).error?.code, 'ConfigurationError');
});

test("the CA's not-before holds, and is not one more failure, until it has passed or --force is given", async () => {
  const { authority, clock, journal, process } = setUpRenewing();
  const retryAt = new Date(clock.now().getTime() + hour);
  authority.before = (method) => {
    if (method === 'newOrder') throw new WacsError('AcmeRateLimited', 'too many certificates', { retryAt });
  };
  const limited = (await process(renewal())).renewal;
  assert.deepEqual(limited.state.failures?.retryAt, retryAt);
  authority.before = () => undefined;
  const blocked = await process(limited);
  assert.equal(blocked.error?.code, 'AcmeRateLimited');
  assert.deepEqual(blocked.error?.details.retryAt, retryAt);
  assert.match(blocked.error?.message ?? '', /too many certificates/);
  assert.deepEqual(journal, []);
  assert.deepEqual(blocked.renewal, limited);
  assert.equal((await process(limited, { force: true })).result, 'renewed');
  clock.advance(hour);
  assert.equal((await process(limited)).result, 'renewed');
});

test("the CA's not-before does not hold back the deployment of a certificate that is there", async () => {
  const { clock, process, issued } = setUpRenewing();
  const done = await issued();
  const { certificate } = done.state;
  assert.ok(certificate);
  const retryAt = new Date(clock.now().getTime() + hour);
  const failures = { count: 1, lastAt: clock.now(), code: 'AcmeRateLimited', message: 'later', retryAt };
  const outcome = await process({ ...done, state: { certificate: { ...certificate, deployed: false }, failures } });
  assert.equal(outcome.result, 'deployedOnly');
});

test('renewal information is asked right after issuance, recorded, and decides later', async () => {
  const { clock, journal, parts, process, issued } = setUpRenewing();
  const at = (hours: number): Date => new Date(clock.now().getTime() + hours * hour);
  const window = { windowStart: at(100), windowEnd: at(200), askAgainAt: at(24) };
  parts.renewalInfo = async () => window;
  const done = await issued();
  const id = done.state.certificate?.renewalInfoId;
  assert.deepEqual(done.state.renewalInfo, { certificateId: id, ...window, selectedMoment: at(150) });
  assert.deepEqual(journal.slice(-4), ['install', 'renewals.write', `getRenewalInfo ${id}`, 'renewals.write']);
  const moment = done.state.renewalInfo?.selectedMoment;
  const before = await process(done);
  assert.deepEqual([before.result, before.decision?.dueAt, journal], ['notDue', moment, []]);
  clock.advance(150 * hour);
  const due = await process(done);
  assert.deepEqual([due.result, due.decision?.reason], ['renewed', 'renewalInfo']);
  const asked = journal.lastIndexOf(`getRenewalInfo ${id}`);
  assert.ok(asked >= 0 && asked < journal.findIndex((call) => call.startsWith('newOrder')), 'a replaced certificate');
});

test('a window that has come is asked about once more: it may have moved', async () => {
  const { clock, journal, parts, process, issued } = setUpRenewing();
  const at = (hours: number): Date => new Date(clock.now().getTime() + hours * hour);
  parts.renewalInfo = async () => ({ windowStart: at(100), windowEnd: at(200), askAgainAt: at(6) });
  const done = await issued();
  clock.advance(160 * hour);
  const moved = { windowStart: at(50), windowEnd: at(150), askAgainAt: at(6) };
  parts.renewalInfo = async () => moved;
  const later = await process(done);
  assert.deepEqual(
    [later.result, later.decision?.dueAt],
    ['notDue', new Date(moved.windowStart.getTime() + 50 * hour)],
  );
  parts.renewalInfo = () => Promise.reject(new WacsError('AcmeUnreachable', 'no route'));
  assert.equal((await process(done)).result, 'renewed', 'what is known decides');
  assert.ok(journal.some((call) => call.startsWith('getRenewalInfo')));
});

test('renewal information that is asked later is recorded, and decides at once', async () => {
  const { clock, journal, parts, process, issued } = setUpRenewing();
  const done = await issued();
  clock.advance(24 * hour);
  const now = clock.now().getTime();
  const askAgainAt = new Date(now + 6 * hour);
  parts.renewalInfo = async () => ({ windowStart: new Date(now - 3 * hour), windowEnd: new Date(now), askAgainAt });
  const outcome = await process(done);
  assert.deepEqual([outcome.result, outcome.decision?.reason], ['renewed', 'renewalInfo']);
  const id = done.state.certificate?.renewalInfoId;
  assert.equal(journal.filter((call) => call === `getRenewalInfo ${id}`).length, 1);
});

test('a CA without an answer about renewal information does not block a renewal', async () => {
  const { clock, parts, process, issued } = setUpRenewing();
  const done = await issued();
  parts.renewalInfo = () => Promise.reject(new WacsError('AcmeUnreachable', 'no route'));
  assert.equal((await process(done)).result, 'notDue');
  clock.advance(61 * day);
  assert.equal((await process(done)).result, 'renewed');
});

test('a certificate that is due anyway is not asked about', async () => {
  const { clock, journal, process, issued } = setUpRenewing();
  const done = await issued();
  clock.advance(61 * day);
  await process(done);
  assert.ok(!journal.includes(`getRenewalInfo ${done.state.certificate?.renewalInfoId}`));
});

test('an interruption is thrown and not recorded as a failure', async () => {
  const ordering = setUpRenewing();
  ordering.authority.before = (method) => {
    if (method === 'newOrder') throw interruption();
  };
  await failureOf(ordering.process(renewal()), 'Interrupted');
  assert.deepEqual(ordering.stored.versions, []);
  const asking = setUpRenewing();
  const done = await asking.issued();
  asking.clock.advance(24 * hour);
  asking.parts.renewalInfo = () => Promise.reject(interruption());
  await failureOf(asking.process(done), 'Interrupted');
});

test('a failure that cannot be recorded is still the outcome, and said so', async () => {
  const { authority, services, stored, process } = setUpRenewing();
  authority.refused.set('a.test', { type: 'about:blank', detail: 'no', status: 403 });
  stored.failure = new WacsError('StorageError', 'disk full');
  const outcome = await process(renewal());
  assert.deepEqual([outcome.result, outcome.error?.code], ['failed', 'ValidationFailed']);
  const { lines } = services.log as ReturnType<typeof createMemoryLog>;
  assert.ok(lines.some((line) => line.startsWith('warning') && line.includes('disk full')));
});

test('a certificate whose record cannot be written is a failure, and its order is kept for the next run', async () => {
  const { services, stored, process } = setUpRenewing();
  stored.failure = new WacsError('StorageError', 'disk full');
  const outcome = await process(renewal());
  assert.equal(outcome.error?.code, 'StorageError');
  const { records } = services.orders as ReturnType<typeof createFakeOrders>;
  assert.ok(records.has('first'));
  stored.failure = undefined;
  const second = await process(renewal());
  assert.equal(second.result, 'renewed');
});
