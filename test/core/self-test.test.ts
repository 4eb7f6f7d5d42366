import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssuedCertificate } from '../../src/core/certificate.ts';
import type { FoundCertificate, WindowsCertificateStore } from '../../src/core/certificate-store.ts';
import { WacsError } from '../../src/core/errors.ts';
import { runSelfTest, SkippedItem, selfTestFailure } from '../../src/core/self-test.ts';
import { certificateStoreItem, permissionsItem, programItem, secretsItem } from '../../src/core/self-test-items.ts';
import { realServices, secrets } from '../contract/plugin-samples.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';

const denied = new WacsError('AccessDenied', 'access is denied', { hint: 'elevate' });
const item = (name: string, run: () => Promise<string>) => ({ name, run });

test('every item is tried and told; failures combine as those of renewals do', async () => {
  const log = createMemoryLog();
  const results = await runSelfTest(
    [
      item('one', async () => 'fine'),
      item('two', () => Promise.reject(denied)),
      item('three', () => Promise.reject(new SkippedItem('not here'))),
      item('four', () => Promise.reject(denied)),
    ],
    log,
  );
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['passed', 'failed', 'skipped', 'failed'],
  );
  assert.deepEqual(log.lines, [
    'info: passed   one: fine',
    'error: failed   two: access is denied',
    'info: skipped  three: not here',
    'error: failed   four: access is denied',
  ]);
  const failure = selfTestFailure(results);
  assert.deepEqual([failure?.code, failure?.hint], ['AccessDenied', 'elevate']);
  assert.match(failure?.message ?? '', /^2 of 4 items failed: two, four$/);
  assert.equal(selfTestFailure(results.slice(0, 1)), undefined);
});

const certificate = await createTestCertificate();

/** A store that takes a certificate and says about it what it is told. */
function store(says: Partial<FoundCertificate> | undefined, keeps = false) {
  const calls: string[] = [];
  let held = false;
  const fake = {
    check: async () => void calls.push('check'),
    async add(_: unknown, { friendlyName }: { friendlyName: string }) {
      calls.push(`add ${friendlyName}`);
      held = true;
    },
    async find(_: unknown, thumbprint: string) {
      if (!held || says === undefined) return undefined;
      const friendlyName = 'wacs selftest, may be deleted';
      return { thumbprint, friendlyName, hasPrivateKey: true, keyProblem: undefined, ...says };
    },
    async remove() {
      calls.push('remove');
      held = keeps;
    },
  };
  return { calls, fake: fake as unknown as WindowsCertificateStore };
}

async function tryStore(says: Partial<FoundCertificate> | undefined, keeps = false) {
  const { calls, fake } = store(says, keeps);
  const create = async (): Promise<IssuedCertificate> => certificate;
  const place = { owner: 'machine', name: 'My' } as const;
  const run = () => certificateStoreItem(fake, place, create, { type: 'rsa', bits: 2048 }).run();
  return { calls, run };
}

test('a store is good when it gives back what it was given, and gives it up', async () => {
  const { calls, run } = await tryStore({});
  assert.equal(await run(), 'added with its key, found, signed with, removed');
  assert.deepEqual(calls, ['check', 'add wacs selftest, may be deleted', 'remove']);
});

for (const [what, says, keeps, reason] of [
  ['loses the certificate', undefined, false, /is not there/],
  ['loses the key', { keyProblem: 'there is none' }, false, /its key cannot be used: there is none/],
  ['loses the name', { friendlyName: '' }, false, /friendly name/],
  ['keeps what it should remove', {}, true, /still there/],
] as const) {
  test(`a store that ${what} fails, and the certificate is removed`, async () => {
    const { calls, run } = await tryStore(says, keeps);
    assert.match((await failureOf(run, 'StoreError')).message, reason);
    assert.equal(calls.at(-1), 'remove');
  });
}

test('permissions and secrets are tried for real', async (t) => {
  const { files, http, httpChallenges } = realServices();
  const { temporaryFolder } = await import('../platform/support.ts');
  const folder = `${temporaryFolder(t)}/selftest`;
  const protect = (plain: string): string => secrets.protect(plain);
  const parts = { files, folder, protect, reveal: async (text: string) => secrets.reveal(text), http, httpChallenges };
  assert.match(await permissionsItem({ ...parts, openTo: () => [] }).run(), /alone/);
  const open = permissionsItem({ ...parts, openTo: () => ['Users may read'] });
  assert.match((await failureOf(() => open.run(), 'StorageError')).message, /Users may read/);
  assert.equal(await files.exists(folder), false);
  assert.match(await secretsItem({ ...parts, openTo: () => [] }).run(), /not encrypted/);
  const broken = secretsItem({ ...parts, openTo: () => [], reveal: async () => 'another' });
  await failureOf(() => broken.run(), 'StorageError');
});

test('a program in an unsafe place is 39 with the way out', async () => {
  const guard = { inspect: async () => ['Users may write'], inspectPlace: async () => [] };
  const failure = await failureOf(() => programItem(guard, 'C:\\x\\wacs.exe').run(), 'TaskPathUnsafe');
  assert.match(failure.hint ?? '', /--installto/);
});
