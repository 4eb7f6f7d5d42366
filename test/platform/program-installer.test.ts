import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { createProgramInstaller } from '../../src/platform/program-installer.ts';
import { temporaryFolder } from './support.ts';

const program = Buffer.alloc(3_000_000, 'new program ');

async function setUp(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = await temporaryFolder(t);
  const source = join(folder, 'share', 'setup.exe');
  await mkdir(dirname(source));
  await writeFile(source, program);
  const protectedPaths: string[] = [];
  const protect = (path: string): void => void protectedPaths.push(path);
  const installer = createProgramInstaller({ files: createFileStore(), source, protect });
  const target = join(folder, 'programs', 'wacs');
  return { installer, source, target, file: join(target, 'wacs.exe'), protectedPaths };
}

suite('installing the program', () => {
  test('copies it once, and closes folder and file', async (t) => {
    const { installer, target, file, protectedPaths } = await setUp(t);
    assert.deepEqual(await installer.install(target), { path: file, copied: true });
    assert.deepEqual(await readFile(file), program);
    assert.equal(protectedPaths[0], target);
    assert.match(protectedPaths[1] ?? '', /wacs\.exe\.new-[0-9a-f]{8}$/);
    const before = await stat(file);
    assert.deepEqual(await installer.install(target), { path: file, copied: false });
    const after = await stat(file);
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
    assert.deepEqual(protectedPaths.slice(2), [target, file]);
    assert.deepEqual(await readdir(target), ['wacs.exe']);
  });

  test('replaces another version, also one of the same size', async (t) => {
    const { installer, target, file } = await setUp(t);
    await installer.install(target);
    for (const old of [Buffer.alloc(program.length, 'old'), Buffer.from('old')]) {
      await writeFile(file, old);
      assert.equal((await installer.install(target)).copied, true);
      assert.deepEqual(await readFile(file), program);
    }
  });

  test('leaves the permissions of a folder alone that others use too', async (t) => {
    const { installer, target, file, protectedPaths } = await setUp(t);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'other.dll'), '');
    await installer.install(target);
    assert.ok(!protectedPaths.includes(target));
    assert.deepEqual(await readFile(file), program);
  });

  test('removes what earlier calls left, and nothing else', async (t) => {
    const { installer, target } = await setUp(t);
    await mkdir(target, { recursive: true });
    for (const name of ['wacs.exe.old-0a1b2c3d', 'wacs.exe.new-00000000', 'wacs.exe.old-mine', 'settings.json'])
      await writeFile(join(target, name), '');
    await installer.install(target);
    assert.deepEqual((await readdir(target)).sort(), ['settings.json', 'wacs.exe', 'wacs.exe.old-mine']);
  });

  test('keeps the old program when the copy is damaged on its way', async (t) => {
    const { source, target, file } = await setUp(t);
    await mkdir(target, { recursive: true });
    await writeFile(file, 'old');
    // Changes the finished copy before it is verified, as a failing disk would.
    const damage = (path: string): void => {
      if (path.includes('.new-')) writeFileSync(path, 'damaged');
    };
    const installer = createProgramInstaller({ files: createFileStore(), source, protect: damage });
    await assert.rejects(installer.install(target), { code: 'StorageError', message: /differs from/ });
    assert.equal(await readFile(file, 'utf8'), 'old');
    assert.deepEqual(await readdir(target), ['wacs.exe']);
  });

  test('fails, and leaves nothing, when the folder cannot be closed', async (t) => {
    const { source, target } = await setUp(t);
    const protect = (): void => {
      throw new WacsError('AccessDenied', 'not elevated');
    };
    const installer = createProgramInstaller({ files: createFileStore(), source, protect });
    await assert.rejects(installer.install(target), { code: 'AccessDenied' });
    assert.deepEqual(await readdir(target), []);
  });

  test('fails when the source has gone', async (t) => {
    const { installer, source, target } = await setUp(t);
    await rename(source, `${source}.gone`);
    await assert.rejects(installer.install(target), { name: 'WacsError', code: 'StorageError' });
  });
});
