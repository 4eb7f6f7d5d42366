import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { posixPermissions } from '../../src/platform/posix-permissions.ts';
import { closePrivateFolders, type PermissionKeeper } from '../../src/platform/private-folders.ts';
import { accessOfOthers } from '../../src/platform/win32/file-access.ts';
import { parseFileSddl } from '../../src/platform/win32/sddl.ts';
import { onPosix, temporaryFolder } from './support.ts';

const skip = onPosix ? false : 'permission bits are for POSIX';
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('folders that are closed, or not there, are not worth a word', { skip }, (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o700);
  const paths = [folder, join(folder, 'missing')].map((path) => ({ path, below: true }));
  assert.deepEqual(closePrivateFolders(paths, posixPermissions), []);
});

test('a folder that is open is closed with all that is in it, and told', { skip }, (t) => {
  const folder = temporaryFolder(t);
  const key = join(folder, 'orders', 'key.json');
  mkdirSync(join(folder, 'orders'), { mode: 0o755 });
  writeFileSync(key, '', { mode: 0o644 });
  chmodSync(folder, 0o755);
  const [report, ...more] = closePrivateFolders([{ path: folder, below: true }], posixPermissions);
  assert.deepEqual(more, []);
  assert.equal(report?.isClosed, true);
  assert.match(
    report.message,
    /was open to others \(the group may read; everybody may read\); it is closed now\. .*--rollover/,
  );
  assert.deepEqual([folder, join(folder, 'orders'), key].map(modeOf), ['700', '700', '600']);
});

test('what others have in a folder of theirs is left alone', { skip }, (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'theirs'), '', { mode: 0o644 });
  chmodSync(folder, 0o750);
  closePrivateFolders([{ path: folder, below: false }], posixPermissions);
  assert.deepEqual([folder, join(folder, 'theirs')].map(modeOf), ['700', '644']);
});

test('a folder that cannot be closed, or looked at, is reported with the command for it', () => {
  const denied = (): never => {
    throw new WacsError('AccessDenied', 'access is denied');
  };
  const keeper: PermissionKeeper = {
    exists: () => true,
    openTo: (path) => (path === 'unknown' ? denied() : ['Users may read']),
    close: denied,
    commandFor: (path) => `icacls ${path}`,
  };
  const paths = ['unknown', 'open'].map((path) => ({ path, below: true }));
  const reports = closePrivateFolders(paths, keeper);
  assert.deepEqual(
    reports.map(({ path, isClosed }) => [path, isClosed]),
    [
      ['unknown', false],
      ['open', false],
    ],
  );
  assert.match(reports[0]?.message ?? '', /cannot tell who may read "unknown": access is denied/);
  assert.match(
    reports[1]?.message ?? '',
    /Users may read\), and cannot be closed: access is denied\. Run: icacls open\./,
  );
});

const administrator = 'S-1-5-21-1-2-3-1001';

for (const [sddl, expected] of [
  ['O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', []],
  [`O:${administrator}D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${administrator})`, []],
  ['O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)', ['Users may read']],
  ['O:BAD:AI(A;OICIIOID;GA;;;CO)(A;CIID;DCLC;;;BU)(A;OICIID;FA;;;BA)', ['Users may write, append']],
  ['O:BAD:P(A;;FA;;;BA)(A;;0x100000;;;WD)', []],
  ['O:BUD:P(A;;FA;;;BA)', ['it belongs to Users']],
  ['O:BAD:NO_ACCESS_CONTROL', ['it has no permissions set: everybody may change it']],
] as const) {
  test(`access of others by ${sddl}`, () => {
    assert.deepEqual(accessOfOthers(parseFileSddl(sddl), new Set([administrator])), expected);
  });
}
