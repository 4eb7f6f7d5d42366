import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type InputStream, readInputLine } from '../../src/platform/standard-input.ts';

const never = new AbortController().signal;
const from = (...chunks: (string | Uint8Array)[]): InputStream =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const read = (stream: InputStream) => readInputLine(never, () => stream);
const line = (text: string) => ({ kind: 'line', text });

test('the first line counts, whatever ends it', async () => {
  for (const text of ['secret', 'secret\n', 'secret\r\n', 'secret\r\nmore\n', 'secret\rmore'])
    assert.deepEqual(await read(from(text)), line('secret'), JSON.stringify(text));
});

test('blanks belong to it, and pieces are put together', async () => {
  assert.deepEqual(await read(from(' p w ', 'ö', '\n')), line(' p w ö'));
  const [head, tail] = [Buffer.from('ö').subarray(0, 1), Buffer.from('ö\n').subarray(1)];
  assert.deepEqual(await read(from(head, tail)), line('ö'));
});

test('UTF-8 and UTF-16 with their marks are read, as Windows writes them', async () => {
  assert.deepEqual(await read(from('\ufeffp\u00e4ss\r\n')), line('p\u00e4ss'));
  assert.deepEqual(await read(from(Buffer.from('\ufeffp\u00e4ss\r\nx', 'utf16le'))), line('p\u00e4ss'));
});

test('nothing, a terminal, a missing handle and a broken one are told apart from a line', async () => {
  assert.deepEqual(await read(from()), { kind: 'empty' });
  assert.deepEqual(await read(from('\n')), line(''));
  assert.deepEqual(await read(Object.assign(from('x'), { isTTY: true })), { kind: 'terminal' });
  const missing = () => {
    throw new Error('EBADF');
  };
  assert.deepEqual(await readInputLine(never, missing), { kind: 'empty' });
  const broken = Readable.from(
    (async function* () {
      yield* [];
      throw new Error('EIO');
    })(),
  );
  assert.deepEqual(await read(broken), { kind: 'empty' });
  assert.deepEqual(await read(from(new Uint8Array([0xe4, 0xff, 0x0a]))), { kind: 'unreadable' });
});

test('a writer that never ends its line is given up at 64 KiB, or when the run ends', async () => {
  const chunk = 'x'.repeat(40_000);
  const endless = Readable.from(
    (async function* () {
      for (;;) yield Buffer.from(chunk);
    })(),
  );
  const result = await read(endless);
  assert.equal(result.kind === 'line' && result.text.length, 80_000);
  const silent = new Readable({ read: () => undefined });
  const reason = new Error('limit');
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 10);
  await assert.rejects(
    readInputLine(stop.signal, () => silent),
    (error) => error === reason,
  );
  await assert.rejects(
    readInputLine(AbortSignal.abort(reason), () => silent),
    (error) => error === reason,
  );
});
