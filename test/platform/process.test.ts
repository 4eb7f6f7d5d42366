import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { WacsError } from '../../src/core/errors.ts';
import { createProcessRunner } from '../../src/platform/process.ts';
import { onPosix, temporaryFolder, wacsError } from './support.ts';

const { run } = createProcessRunner();
const node = process.execPath;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const script = (code: string, ...args: string[]) => ({
  file: node,
  args: ['-e', code, '--', ...args],
  timeoutMs: 20_000,
});
const posixOnly = { skip: !onPosix && 'POSIX processes' };

test('arguments arrive as given, outputs and exit code come back', async () => {
  const args = ['a b', '"quoted"', '$HOME %PATH% & | >', '', 'ü\\'];
  const code =
    'process.stdout.write(JSON.stringify(process.argv.slice(1))); console.error("bad"); process.exitCode = 7';
  const result = await run(script(code, ...args));
  assert.deepEqual(JSON.parse(text(result.stdout)), args);
  assert.equal(text(result.stderr).trim(), 'bad');
  assert.deepEqual([result.exitCode, result.timedOut], [7, false]);
});

test('standard input is closed and the working folder is taken', async (t) => {
  const cwd = temporaryFolder(t);
  const code = 'process.stdin.on("data", () => {}).on("end", () => console.log(process.cwd()))';
  const result = await run({ ...script(code), cwd });
  assert.equal(text(result.stdout).trim(), cwd);
});

test('output beyond the cap is dropped without blocking the program', async () => {
  const code = 'const s = "0123456789".repeat(300000); process.stdout.write(s); process.stderr.write(s)';
  const result = await run({ ...script(code), maxOutputBytes: 15 });
  assert.equal(text(result.stdout), '012345678901234');
  assert.equal(result.stderr.length, 15);
  assert.equal(result.exitCode, 0);
});

test('a program that cannot be started says why, with the code in its cause', async (t) => {
  const folder = temporaryFolder(t);
  const plain = join(folder, 'plain.txt');
  writeFileSync(plain, 'no program');
  const missing = run({ file: join(folder, 'none'), args: [], timeoutMs: 1_000 });
  await assert.rejects(missing, (error) => {
    assert.ok(error instanceof WacsError && error.cause instanceof Error && 'code' in error.cause);
    assert.equal(error.cause.code, 'ENOENT');
    return wacsError('StorageError', /cannot start ".*none": the file does not exist \(ENOENT\)/)(error);
  });
  await assert.rejects(run({ file: 'node', args: [], timeoutMs: 1_000 }), wacsError('StorageError', /not absolute/));
  await assert.rejects(
    run({ ...script(''), cwd: join(folder, 'gone') }),
    wacsError('StorageError', /working folder ".*gone"/),
  );
  await assert.rejects(run(script('', 'a\0b')), wacsError('StorageError', /cannot start/));
  if (onPosix)
    await assert.rejects(run({ file: plain, args: [], timeoutMs: 1_000 }), wacsError('StorageError', /EACCES/));
});

test('a program ended by a signal has the exit code of a shell', posixOnly, async () => {
  const result = await run(script('process.kill(process.pid, "SIGKILL")'));
  assert.deepEqual([result.exitCode, result.timedOut], [137, false]);
});

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('at the limit the tree dies, also when it ignores SIGTERM', posixOnly, async () => {
  const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
  const code = `${stubborn} const c = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit" });
    console.log(process.pid, c.pid)`;
  const start = performance.now();
  const result = await run({ ...script(code), timeoutMs: 1_500 });
  assert.ok(performance.now() - start < 10_000);
  assert.deepEqual([result.exitCode, result.timedOut], [undefined, true]);
  const pids = text(result.stdout).trim().split(' ').map(Number);
  assert.equal(pids.length, 2);
  await delay(100);
  assert.deepEqual(pids.map(alive), [false, false]);
});

test('a program that ends on SIGTERM may clean up first', posixOnly, async (t) => {
  const mark = join(temporaryFolder(t), 'cleaned');
  const code =
    'process.on("SIGTERM", () => { require("fs").writeFileSync(process.argv[1], "yes"); process.exit(0) }); setInterval(() => {}, 1000)';
  const result = await run({ ...script(code, mark), timeoutMs: 800 });
  assert.equal(result.timedOut, true);
  assert.equal(readFileSync(mark, 'utf8'), 'yes');
});

test('a daemon that keeps the pipes open does not hold the run up', posixOnly, async () => {
  const code = `const c = require("child_process").spawn("/bin/sleep", ["30"], { stdio: "inherit", detached: true }); c.unref(); console.log(c.pid)`;
  const start = performance.now();
  const result = await run(script(code));
  assert.ok(performance.now() - start < 5_000);
  const pid = Number(text(result.stdout));
  assert.equal(result.exitCode, 0);
  assert.equal(alive(pid), true, 'a service started by a script stays');
  process.kill(pid, 'SIGKILL');
});

test('an abort kills the program and rejects with the reason', async () => {
  const reason = new Error('Ctrl+C');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 300);
  const start = performance.now();
  const running = run({ ...script('setInterval(() => {}, 1000)'), signal: controller.signal });
  await assert.rejects(running, (error) => error === reason);
  assert.ok(performance.now() - start < 5_000);
  await assert.rejects(run({ ...script(''), signal: controller.signal }), (error) => error === reason);
});

test('a shell script runs by its path', posixOnly, async (t) => {
  const path = join(temporaryFolder(t), 'hook.sh');
  writeFileSync(path, '#!/bin/sh\necho "$1"\nexit 3\n');
  chmodSync(path, 0o755);
  const result = await run({ file: path, args: ['one two'], timeoutMs: 5_000 });
  assert.deepEqual([text(result.stdout), result.exitCode], ['one two\n', 3]);
});
