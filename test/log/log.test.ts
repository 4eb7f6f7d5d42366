import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsoleSink } from '../../src/log/console-sink.ts';
import { createLog, type LogRecord } from '../../src/log/log.ts';
import { createRedactor } from '../../src/log/redact.ts';

const time = new Date(2026, 10, 23, 16, 20, 0, 123);

function fakeConsole(colours: boolean) {
  const written = { out: '', err: '' };
  const out = (text: string): void => {
    written.out += text;
  };
  const err = (text: string): void => {
    written.err += text;
  };
  return { written, console: { out, err, colours: { out: colours, err: colours } } };
}

test('every sink gets every record, with prefixes and without secrets', () => {
  const records: LogRecord[][] = [[], []];
  const redactor = createRedactor();
  redactor.add('hunter2');
  const sinks = records.map((list) => ({ write: (record: LogRecord) => void list.push(record) }));
  const log = createLog({ sinks, redactor, clock: { now: () => time } });
  log.info('password hunter2');
  log.child('example.com').child('dns').warning('slow');
  log.child('hunter2').error('bad');
  log.verbose('detail');
  assert.deepEqual(records[0], [
    { time, level: 'info', text: 'password ***' },
    { time, level: 'warning', text: 'example.com: dns: slow' },
    { time, level: 'error', text: '***: bad' },
    { time, level: 'verbose', text: 'detail' },
  ]);
  assert.deepEqual(records[0], records[1]);
});

function shown(options: { verbose?: boolean; json?: boolean; colours?: boolean }, text = 'text') {
  const { written, console } = fakeConsole(options.colours ?? false);
  const sink = createConsoleSink({ console, verbose: options.verbose ?? false, json: options.json ?? false });
  for (const level of ['verbose', 'info', 'warning', 'error'] as const) sink.write({ time, level, text });
  return written;
}

test('levels go where they belong', () => {
  assert.deepEqual(shown({}), { out: 'text\n', err: 'warning: text\nerror: text\n' });
  assert.deepEqual(shown({ verbose: true }), { out: 'text\ntext\n', err: 'warning: text\nerror: text\n' });
  assert.deepEqual(shown({ json: true }), { out: '', err: 'text\nwarning: text\nerror: text\n' });
});

test('colours only where allowed', () => {
  assert.deepEqual(shown({ colours: true }), {
    out: 'text\n',
    err: '\u001b[33mwarning: text\u001b[0m\n\u001b[31merror: text\u001b[0m\n',
  });
});

test('a message cannot steer the terminal', () => {
  const nasty = 'a\u001b[2J\u001b]0;title\u0007b\rc\u0000\u202ed\nnext\ttab';
  assert.equal(shown({}, nasty).out, 'ab\\u000dc\\u0000\\u202ed\nnext\ttab\n');
});
