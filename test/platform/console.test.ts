import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { type ConsoleStreams, createConsole } from '../../src/platform/console.ts';

const module = new URL('../../src/platform/console.ts', import.meta.url).href;
const script = (code: string) => [
  '--input-type=module',
  '-e',
  `const { createConsole } = await import(${JSON.stringify(module)});\n${code}`,
];

function streams(terminal: boolean, env: Record<string, string> = {}): ConsoleStreams & { written(): string } {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal });
  return {
    stdout: () => stream,
    stderr: () => stream,
    stdin: () => ({ isTTY: terminal }),
    env,
    written: () => String(stream.read() ?? ''),
  };
}

test('colours and questions need a terminal, and NO_COLOR is honoured', () => {
  assert.deepEqual(createConsole(streams(true)).colours, { out: true, err: true });
  assert.deepEqual(createConsole(streams(true, { NO_COLOR: '1' })).colours, { out: false, err: false });
  assert.deepEqual(createConsole(streams(true, { NO_COLOR: '' })).colours, { out: true, err: true });
  assert.deepEqual(createConsole(streams(true, { TERM: 'dumb' })).colours, { out: false, err: false });
  assert.deepEqual(createConsole(streams(false)).colours, { out: false, err: false });
  assert.equal(createConsole(streams(true)).isInteractive, true);
  assert.equal(createConsole(streams(false)).isInteractive, false);
});

test('text is written as it is', () => {
  const made = streams(false);
  const console = createConsole(made);
  console.out('a\n');
  console.err('b');
  assert.equal(made.written() + made.written(), 'a\nb');
});

test('missing handles silence the console', async () => {
  const missing = (): never => {
    throw new Error('EBADF');
  };
  const console = createConsole({ stdout: missing, stderr: missing, stdin: missing, env: {} });
  console.out('a');
  console.err('b');
  assert.equal(console.isInteractive, false);
  assert.deepEqual(console.colours, { out: false, err: false });
  await console.flush();
});

test('flush lets all output through a pipe before the process exits', async () => {
  const code = `const c = createConsole(); c.out('x'.repeat(5000000)); c.err('y'); await c.flush(); process.exit(3);`;
  const child = spawn(process.execPath, script(code), { stdio: ['ignore', 'pipe', 'pipe'] });
  let size = 0;
  child.stdout.on('data', (chunk) => {
    size += chunk.length;
  });
  child.stderr.resume();
  const [exitCode] = await once(child, 'close');
  assert.deepEqual([size, exitCode], [5_000_000, 3]);
});

test('a reader that goes away does not fail the run', async () => {
  const code = `const c = createConsole(); c.out('first\\n'); await new Promise((r) => setTimeout(r, 300));
    for (let i = 0; i < 50; i += 1) { c.out('x'.repeat(100000)); await new Promise((r) => setImmediate(r)); }
    await c.flush(); c.err('done'); await c.flush(); process.exitCode = 5;`;
  const child = spawn(process.execPath, script(code), { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [exitCode] = await once(child, 'close');
  assert.deepEqual([exitCode, errors], [5, 'done']);
});

test('closed standard handles do not fail the run', {
  skip: process.platform === 'win32' && 'needs a POSIX shell',
}, async () => {
  const command = 'exec "$0" "$@" <&- >&- 2>&-';
  const args = script(
    `const c = createConsole(); c.out('a'); c.err('b'); await c.flush(); process.exit(c.isInteractive ? 1 : 4);`,
  );
  const child = spawn('/bin/sh', ['-c', command, process.execPath, ...args], { stdio: 'ignore' });
  const [exitCode] = await once(child, 'close');
  assert.equal(exitCode, 4);
});
