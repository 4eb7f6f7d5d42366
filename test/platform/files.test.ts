import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { removeStaleTemporaryFiles } from '../../src/platform/atomic-write.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { retryWhileHeld } from '../../src/platform/retry-while-held.ts';
import { isRoot, onPosix, temporaryFolder, wacsError } from './support.ts';

const files = createFileStore();
const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('text comes back as written, without a byte order mark; a missing file is undefined', async (t) => {
  const path = join(temporaryFolder(t), 'a.json');
  assert.equal(await files.readText(path), undefined);
  assert.equal(await files.exists(path), false);
  await files.writeAtomic(path, '\uFEFFgrün');
  assert.equal(await files.readText(path), 'grün');
  assert.equal(await files.exists(path), true);
  await files.writeAtomic(path, new Uint8Array([1, 0, 255]));
  assert.deepEqual([...readFileSync(path)], [1, 0, 255]);
});

test('private files and folders are for their owner only', { skip: !onPosix && 'permission bits' }, async (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, 'state', 'orders');
  assert.equal(await files.ensureFolder(folder, { private: true }), join(root, 'state'));
  assert.equal(await files.ensureFolder(folder, { private: true }), undefined);
  await files.writeAtomic(join(folder, 'key'), 'secret', { private: true });
  await files.writeAtomic(join(folder, 'page'), 'public');
  assert.deepEqual([modeOf(join(root, 'state')), modeOf(folder)], [0o700, 0o700]);
  assert.equal(modeOf(join(folder, 'key')), 0o600);
  assert.equal(modeOf(join(folder, 'page')), 0o644 & ~process.umask());
});

test('a folder is protected before it has content, and one with content is left alone', async (t) => {
  const root = temporaryFolder(t);
  const seen: string[] = [];
  const protectFolder = (path: string): void => {
    assert.deepEqual(readdirSync(path), [], 'protected before anything is in it');
    seen.push(path);
  };
  const store = createFileStore({ protectFolder });
  await store.ensureFolder(join(root, 'a', 'b', 'c'), { private: true });
  assert.deepEqual(seen, [join(root, 'a'), join(root, 'a', 'b', 'c')]);
  await store.ensureFolder(join(root, 'a', 'b'), { private: true });
  await store.ensureFolder(join(root, 'a', 'b', 'c'), { private: true });
  assert.deepEqual(seen, [join(root, 'a'), join(root, 'a', 'b', 'c'), join(root, 'a', 'b', 'c')]);
  await store.ensureFolder(join(root, 'web'));
  assert.equal(seen.length, 3);
});

test('listing, removing and removing empty folders', async (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, 'x');
  assert.deepEqual(await files.list(folder), []);
  await files.ensureFolder(folder);
  await files.writeAtomic(join(folder, 'one'), '1');
  assert.deepEqual(await files.list(folder), ['one']);
  assert.deepEqual(await files.entries(folder), [{ name: 'one', isFolder: false }]);
  assert.deepEqual(await files.entries(join(folder, '..')), [{ name: basename(folder), isFolder: true }]);
  assert.deepEqual(await files.entries(join(folder, 'none')), []);
  assert.equal(await files.removeEmptyFolder(folder), false);
  await files.remove(join(folder, 'one'));
  await files.remove(join(folder, 'one'));
  assert.equal(await files.removeEmptyFolder(folder), true);
  assert.equal(await files.removeEmptyFolder(folder), false);
});

test('failures name the path and the reason, and leave no temporary file', async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(join(root, 'file'), '');
  mkdirSync(join(root, 'folder'));
  const missing = files.writeAtomic(join(root, 'none', 'a'), '1');
  await assert.rejects(
    missing,
    wacsError('StorageError', /cannot write ".*none.*": the folder does not exist \(ENOENT\)$/),
  );
  await assert.rejects(files.writeAtomic(join(root, 'folder'), '1'), wacsError('StorageError', /folder/));
  await assert.rejects(files.writeAtomic(join(root, 'file', 'a'), '1'), wacsError('StorageError', /file/));
  await assert.rejects(files.readText(join(root, 'folder')), wacsError('StorageError', /it is a folder/));
  await assert.rejects(files.ensureFolder(join(root, 'file')), wacsError('StorageError', /a file of that name/));
  await assert.rejects(files.list(join(root, 'file')), wacsError('StorageError', /not a folder/));
  assert.deepEqual(readdirSync(root).sort(), ['file', 'folder']);
});

test('refused access is AccessDenied', { skip: !(isRoot && onPosix) && 'needs root and chattr' }, async (t) => {
  const path = join(temporaryFolder(t), 'held');
  writeFileSync(path, 'old');
  execFileSync('chattr', ['+i', path]);
  try {
    await assert.rejects(files.writeAtomic(path, 'new'), wacsError('AccessDenied', /not permitted \(EPERM\)/));
    await assert.rejects(files.remove(path), wacsError('AccessDenied', /cannot remove ".*held": .* \(EPERM\)/));
  } finally {
    execFileSync('chattr', ['-i', path]);
  }
  assert.equal(readFileSync(path, 'utf8'), 'old');
});

test('where Windows would hold the file for a moment, the write is repeated', {
  skip: !(isRoot && onPosix) && 'needs root and chattr',
}, async (t) => {
  const path = join(temporaryFolder(t), 'held');
  writeFileSync(path, 'old');
  execFileSync('chattr', ['+i', path]);
  setTimeout(() => execFileSync('chattr', ['-i', path]), 300);
  await createFileStore({ platform: 'win32' }).writeAtomic(path, 'new');
  assert.equal(readFileSync(path, 'utf8'), 'new');
});

test('repeating ends at the limit, and at other errors at once', async () => {
  let calls = 0;
  const failing = (code: string) => async () => {
    calls += 1;
    throw Object.assign(new Error('no'), { code });
  };
  await assert.rejects(retryWhileHeld(failing('EBUSY'), 100), { code: 'EBUSY' });
  assert.ok(calls > 2 && calls < 10, `${calls} attempts`);
  calls = 0;
  await assert.rejects(retryWhileHeld(failing('ENOSPC'), 5_000), { code: 'ENOSPC' });
  assert.equal(calls, 1);
});

test('a full disk is named, and the old content stays', {
  skip: !(isRoot && process.platform === 'linux') && 'needs root to mount a small file system',
}, async (t) => {
  const folder = temporaryFolder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  try {
    const path = join(folder, 'state.json');
    await files.writeAtomic(path, 'old');
    const writing = files.writeAtomic(path, 'x'.repeat(200_000));
    await assert.rejects(writing, wacsError('StorageError', /the disk is full \(ENOSPC\)/));
    assert.deepEqual(readdirSync(folder), ['state.json']);
    assert.equal(await files.readText(path), 'old');
  } finally {
    execFileSync('umount', [folder]);
  }
});

test('fifty writers at once leave one whole file', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'shared.json');
  const contents = Array.from({ length: 50 }, (_, index) => JSON.stringify({ index, fill: 'x'.repeat(index * 997) }));
  await Promise.all(contents.map((content) => files.writeAtomic(path, content)));
  assert.ok(contents.includes(readFileSync(path, 'utf8')));
  assert.deepEqual(readdirSync(folder), ['shared.json']);
});

test('a writer killed at any moment leaves old or new content', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'state.json');
  const module = new URL('../../src/platform/files.ts', import.meta.url).href;
  const script = `const { createFileStore } = await import(${JSON.stringify(module)});
    const files = createFileStore();
    console.log('ready');
    for (let i = 0; ; i += 1) await files.writeAtomic(${JSON.stringify(path)}, String(i % 10).repeat(300_000));`;
  for (let round = 0; round < 8; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await delay(5 + round * 7);
    child.kill('SIGKILL');
    await once(child, 'close');
    if (!existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    assert.equal(text.length, 300_000);
    assert.equal(new Set(text).size, 1);
  }
  assert.ok(existsSync(path), 'at least one write came through');
  const foreign = readdirSync(folder).filter(
    (name) => name !== 'state.json' && !/^\.state\.json\.\d+-[0-9a-f]{12}\.tmp$/.test(name),
  );
  assert.deepEqual(foreign, []);
});

test('only old temporary files of ours are removed', async (t) => {
  const folder = temporaryFolder(t);
  const stale = join(folder, '.a.json.123-0123456789ab.tmp');
  const keep = ['.b.json.123-0123456789ab.tmp', 'a.json', '.other.tmp', 'x.123-0123456789ab.tmp'];
  for (const name of [stale, ...keep.map((entry) => join(folder, entry))]) writeFileSync(name, '');
  const twoHoursAgo = Date.now() / 1000 - 7200;
  for (const name of [stale, join(folder, '.other.tmp'), join(folder, 'a.json')])
    utimesSync(name, twoHoursAgo, twoHoursAgo);
  assert.equal(await removeStaleTemporaryFiles(folder), 1);
  assert.deepEqual(readdirSync(folder).sort(), [...keep].sort());
  assert.equal(await removeStaleTemporaryFiles(join(folder, 'none')), 0);
});

test('what a killed run left is removed when its folder is used again', async (t) => {
  const folder = temporaryFolder(t);
  const stale = join(folder, '.a.json.123-0123456789ab.tmp');
  writeFileSync(stale, 'half of a key');
  utimesSync(stale, 0, 0);
  await createFileStore().ensureFolder(folder);
  assert.deepEqual(readdirSync(folder), []);
});

test('very long names can still be written', async (t) => {
  const path = join(temporaryFolder(t), 'ä'.repeat(120));
  await files.writeAtomic(path, 'x');
  assert.equal(await files.readText(path), 'x');
});

test('a thousand small files are read within a start-up', async (t) => {
  const folder = temporaryFolder(t);
  const paths = Array.from({ length: 1_000 }, (_, index) => join(folder, `${index}.json`));
  for (const path of paths) writeFileSync(path, 'x'.repeat(2048));
  const start = performance.now();
  for (const path of paths) await files.readText(path);
  const took = performance.now() - start;
  assert.ok(took < 500, `${took} ms`);
});

test('links that go in a circle are a storage failure, not a missing file', {
  skip: !onPosix && 'symbolic links',
}, async (t) => {
  const path = join(temporaryFolder(t), 'loop');
  symlinkSync('loop', path);
  await assert.rejects(files.readText(path), wacsError('StorageError', /circle/));
});
