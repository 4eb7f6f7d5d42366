import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { withFailure } from '../../src/core/record.ts';
import type { Renewal } from '../../src/core/renewal.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { formatRenewalFile, parseRenewalFile } from '../../src/storage/renewal-file.ts';
import { createRenewalStore } from '../../src/storage/renewal-store.ts';
import { certificateState, renewal } from '../core/samples.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';

const now = new Date('2026-03-01T00:00:00Z');
const retryAt = new Date('2026-03-02T00:00:00Z');

/** Everything a renewal can have. */
const full: Renewal = withFailure(
  {
    ...renewal({
      certificate: certificateState(now, 90, { renewalInfoId: 'aki.serial', revoked: true }),
      renewalInfo: {
        certificateId: 'aki.serial',
        windowStart: now,
        windowEnd: retryAt,
        selectedMoment: now,
        explanationUrl: 'https://ca.test/incident',
        askAgainAt: retryAt,
      },
    }),
    plan: { ...renewal().plan, profile: 'shortlived', preferredIssuer: 'Root X' },
  },
  new WacsError('AcmeRateLimited', 'too many', { retryAt }),
  now,
);

test('a renewal comes back as it was written, dates as dates', () => {
  const { schemaVersion, ...read } = parseRenewalFile('x', formatRenewalFile(full)) as Renewal & {
    schemaVersion: number;
  };
  assert.equal(schemaVersion, 1);
  assert.deepEqual(read, full);
});

test('a renewal of several certificates comes back as it was written', () => {
  const { state, history, ...rest } = full;
  const several: Renewal = {
    ...rest,
    state: {},
    parts: [
      { name: '*.a.test', state },
      { name: 'b.test', state: {} },
    ],
    history: history.map((entry) => ({ ...entry, part: '*.a.test' })),
  };
  const { schemaVersion: _, ...read } = parseRenewalFile('x', formatRenewalFile(several)) as Renewal & {
    schemaVersion: number;
  };
  assert.deepEqual(read, several);
  const later = JSON.parse(formatRenewalFile(several));
  later.parts[1].later = 1;
  later.parts[0].state.certificate.later = 2;
  assert.deepEqual(JSON.parse(formatRenewalFile(parseRenewalFile('x', JSON.stringify(later)))), later);
});

test('a plan without a kind of key, whose source brings the request, is read', () => {
  const { csr: _, ...plan } = full.plan;
  assert.equal('csr' in parseRenewalFile('x', formatRenewalFile({ ...full, plan })).plan, false);
});

test('fields of a later version survive a rewrite, at the top and inside', () => {
  const later = JSON.parse(formatRenewalFile(full));
  later.later = { a: 1 };
  later.plan.later = [1];
  later.plan.source.later = 'x';
  later.plan.store[0].later = null;
  later.state.later = true;
  later.state.certificate.later = 'x';
  later.state.certificate.identifiers[0].later = 1;
  later.state.renewalInfo.later = 'x';
  later.state.failures.later = 'x';
  later.history[0].later = 'x';
  const read = parseRenewalFile('x', JSON.stringify(later));
  assert.deepEqual(JSON.parse(formatRenewalFile(read)), later);
});

test('renewals are listed by id with those that cannot be read, and nothing else is touched', async (t) => {
  const folder = temporaryFolder(t);
  const store = createRenewalStore(folder, createFileStore());
  for (const id of ['b', 'a']) await store.write({ ...renewal(), id });
  writeFileSync(join(folder, 'broken.renewal.json'), '{');
  writeFileSync(join(folder, 'other.renewal.json'), formatRenewalFile({ ...renewal(), id: 'a' }));
  writeFileSync(join(folder, '.a.renewal.json.1-0123456789ab.tmp'), '{');
  writeFileSync(join(folder, 'account.json'), '{}');
  mkdirSync(join(folder, 'folder.renewal.json'));
  const listed = await store.list();
  assert.deepEqual(
    listed.map((one) => (one.kind === 'renewal' ? one.renewal.id : `${one.id}: unreadable`)),
    ['a', 'b', 'broken: unreadable', 'folder: unreadable', 'other: unreadable'],
  );
  for (const one of listed) {
    if (one.kind === 'renewal') continue;
    assert.ok(one.error instanceof WacsError);
    assert.ok(one.error.message.includes(join(folder, `${one.id}.renewal.json`)), one.error.message);
  }
});

test('a plan without a plugin name, or an identifier of an unknown type, is named by its field', async (t) => {
  const folder = temporaryFolder(t);
  const read = () => createRenewalStore(folder, createFileStore()).list();
  const broken = JSON.parse(formatRenewalFile({ ...full, id: 'x' }));
  broken.plan.store = [{ path: 'C:\\' }];
  writeFileSync(join(folder, 'x.renewal.json'), JSON.stringify(broken));
  const [first] = await read();
  assert.ok(first?.kind === 'unreadable' && /field "plan\.store\.0"/.test(first.error.message));
  broken.plan.store = [];
  broken.state.certificate.identifiers = [{ type: 'email', value: 'x' }];
  writeFileSync(join(folder, 'x.renewal.json'), JSON.stringify(broken));
  const [second] = await read();
  assert.ok(second?.kind === 'unreadable' && /field "state\.certificate\.identifiers\.0"/.test(second.error.message));
});

test('files are for their owner alone, and gone after removal', async (t) => {
  const folder = join(temporaryFolder(t), 'ca');
  const store = createRenewalStore(folder, createFileStore());
  await store.write(full);
  const path = join(folder, 'first.renewal.json');
  if (onPosix) assert.deepEqual([statSync(folder).mode & 0o777, statSync(path).mode & 0o777], [0o700, 0o600]);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).history[0].code, 'AcmeRateLimited');
  await store.remove('first');
  await store.remove('first');
  assert.deepEqual(readdirSync(folder), []);
});

test('a folder that does not exist has no renewals', async (t) => {
  assert.deepEqual(await createRenewalStore(join(temporaryFolder(t), 'none'), createFileStore()).list(), []);
});
