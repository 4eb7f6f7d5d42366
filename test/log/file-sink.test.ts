import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LogLevel } from '../../src/core/ports.ts';
import { createFileSink } from '../../src/log/file-sink.ts';

const time = new Date(2026, 10, 23, 16, 20, 0, 123);
const module = new URL('../../src/log/file-sink.ts', import.meta.url).href;

function open(t: TestContext, folder?: string) {
  const root = mkdtempSync(join(tmpdir(), 'wacs-log-'));
  const logs = folder ?? join(root, 'state', 'log');
  const failures: string[] = [];
  const made: string[] = [];
  const sink = createFileSink({
    folder: logs,
    onFailure: (message) => failures.push(message),
    protectFolder: (path) => made.push(path),
  });
  t.after(() => {
    sink.close();
    rmSync(root, { recursive: true, force: true });
  });
  const write = (text: string, level: LogLevel = 'info', at = time): void => sink.write({ time: at, level, text });
  return { root, logs, failures, made, write, text: () => readFileSync(join(logs, 'log-20261123.txt'), 'utf8') };
}

test('lines have local time, offset and level', (t) => {
  const log = open(t);
  assert.equal(existsSync(log.logs), false, 'opened at the first line');
  for (const level of ['verbose', 'info', 'warning', 'error'] as const) log.write(`a ${level}`, level);
  const stamp = /^2026-11-23 16:20:00\.123 [+-]\d\d:\d\d /;
  const lines = log.text().trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.replace(stamp, '')),
    ['[VERBOSE] a verbose', '[INFO] a info', '[WARN] a warning', '[ERROR] a error'],
  );
  assert.ok(lines.every((line) => stamp.test(line)));
  assert.deepEqual(log.failures, []);
  assert.deepEqual(log.made, [join(log.root, 'state'), join(log.root, 'state', 'log')]);
});

test('the offset is right where it is odd', async () => {
  const code = `const { formatRecord } = await import(${JSON.stringify(new URL('../../src/log/log-format.ts', import.meta.url).href)});
    console.log(formatRecord({ time: new Date('2026-07-01T00:00:00Z'), level: 'info', text: 'x' }).trim());`;
  for (const [zone, expected] of [
    ['Asia/Kathmandu', '2026-07-01 05:45:00.000 +05:45 [INFO] x'],
    ['America/St_Johns', '2026-06-30 21:30:00.000 -02:30 [INFO] x'],
    ['UTC', '2026-07-01 00:00:00.000 +00:00 [INFO] x'],
  ]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, TZ: zone },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    assert.equal(output.trim(), expected);
  }
});

test('no message can pass for another record', (t) => {
  const log = open(t);
  log.write('real\n2026-11-23 16:20:00.123 +00:00 [INFO] forged\r\nmore\u2028x\u001b[31mred\r');
  const lines = log.text().split('\n');
  assert.equal(lines.filter((line) => /^2026/.test(line)).length, 1);
  assert.deepEqual(lines.slice(1), [
    '    2026-11-23 16:20:00.123 +00:00 [INFO] forged',
    '    more\\u2028xred\\u000d',
    '',
  ]);
});

test('files are private and appended to', { skip: process.platform === 'win32' && 'permission bits' }, (t) => {
  const log = open(t);
  log.write('one');
  const again = open(t, log.logs);
  again.write('two');
  log.write('three');
  assert.deepEqual(
    log
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => line.split('] ')[1]),
    ['one', 'two', 'three'],
  );
  assert.equal(statSync(log.logs).mode & 0o777, 0o700);
  assert.equal(statSync(join(log.logs, 'log-20261123.txt')).mode & 0o777, 0o600);
});

test('a new day has a new file, and only the newest 120 of ours are kept', (t) => {
  const log = open(t);
  log.write('first day');
  const old = Array.from({ length: 130 }, (_, index) => `log-2025${String(index + 1000).slice(-4)}.txt`);
  const foreign = ['log-20240101.txt.bak', 'log-2024.txt', 'notes.txt'];
  for (const name of [...old, ...foreign]) writeFileSync(join(log.logs, name), '');
  log.write('next day', 'info', new Date(2026, 10, 24));
  const names = readdirSync(log.logs)
    .filter((name) => !foreign.includes(name))
    .sort();
  assert.equal(names.length, 120);
  assert.deepEqual(names.slice(-2), ['log-20261123.txt', 'log-20261124.txt']);
  assert.equal(names.includes(old[11] ?? ''), false);
  assert.equal(names.includes(old[12] ?? ''), true);
  assert.deepEqual(
    readdirSync(log.logs)
      .filter((name) => foreign.includes(name))
      .sort(),
    [...foreign].sort(),
  );
});

test('a log that cannot be written is reported once and does not throw; it recovers', (t) => {
  const log = open(t);
  writeFileSync(join(log.root, 'state'), 'a file in the way');
  log.write('lost');
  log.write('lost too');
  assert.equal(log.failures.length, 1);
  assert.match(log.failures[0] ?? '', /^cannot write the log in ".*log": /);
  rmSync(join(log.root, 'state'));
  log.write('back');
  assert.match(log.text(), /\[INFO\] back\n$/);
});

test('a killed process has lost no line', async (t) => {
  const log = open(t);
  const code = `const { createFileSink } = await import(${JSON.stringify(module)});
    const sink = createFileSink({ folder: process.argv[1], onFailure: console.error });
    for (let i = 0; i < 500; i += 1) sink.write({ time: new Date(2026, 10, 23), level: 'info', text: 'line ' + i });
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', log.logs], { stdio: 'inherit' });
  await once(child, 'close');
  const lines = log.text().trimEnd().split('\n');
  assert.equal(lines.length, 500);
  assert.match(lines.at(-1) ?? '', /line 499$/);
});
