import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { dateSchema, formatStateFile, parseStateFile, versionField } from '../../src/storage/json-file.ts';
import { failureOf } from '../support/wacs-error.ts';

const path = '/state/sample.json';
const schema = v.looseObject({
  schemaVersion: versionField,
  when: v.exactOptional(dateSchema),
  list: v.exactOptional(v.array(v.looseObject({ name: v.string() }))),
});
const parse = (text: string) => parseStateFile(path, text, schema);

const broken: [string, string, RegExp][] = [
  ['an empty file', ' \n', /the file is empty/],
  ['a cut file', '{\n "schemaVersion": 1', /ends too early/],
  ['a file cut in a text', '{\n "sche', /ends too early/],
  ['a missing value', '{\n "a": }', /line 2, column 7/],
  ['a missing comma', '{\n "a": 1\n "b": 2}', /line 3, column 2/],
  ['a comma too many in an object', '{\n "a": 1,\n}', /line 3, column 1/],
  ['a comma too many in a list', '[\n 1,\n]', /line 3, column 1/],
  ['a comment', '{\n  // why\n}', /line 2, column 3/],
  ['a line break in a text', '{"a": "x\ny"}', /line 1, column 9/],
  ['a wrong escape', '{"a": "C:\\temp\\Windows"}', /line 1, column 16/],
  ['text after the end', '{}\n}', /line 2, column 1/],
  ['single quotes', "{'a': 1}", /line 1, column 2/],
  ['a misspelt word', '{"a": ture}', /line 1, column 8/],
  ['a fault far down', `{"a": "${'x'.repeat(5000)}",\n"b": [1 2]}`, /line 2, column 9/],
];

for (const [what, text, place] of broken) {
  test(`${what} is named by file and place`, async () => {
    const failure = await failureOf(() => parse(text), 'ConfigurationError');
    assert.ok(failure.message.includes(path));
    assert.match(failure.message, place);
    assert.ok(failure.hint);
  });
}

test('no failure quotes the content, which may be a secret', async () => {
  for (const text of [
    '{"key": "s3cret" x}',
    '{"key": "s3cret',
    '{"schemaVersion": 1, "list": [{"name": 5, "key": "s3cret"}]}',
  ]) {
    const failure = await failureOf(() => parse(text), 'ConfigurationError');
    assert.ok(!`${failure.message} ${failure.hint} ${String(failure.cause)}`.includes('s3cret'));
  }
});

test('a field that does not fit is named with its way', async () => {
  const failure = await failureOf(
    () => parse('{"schemaVersion": 1, "list": [{"name": "a"}, {"name": 5}]}'),
    'ConfigurationError',
  );
  assert.match(failure.message, /sample\.json: field "list\.1\.name"/);
});

test('a file of another version is refused, and one without a version', async () => {
  const failure = await failureOf(() => parse('{"schemaVersion": 2}'), 'ConfigurationError');
  assert.match(failure.message, /field "schemaVersion": must be 1: .*another version/);
  await failureOf(() => parse('{}'), 'ConfigurationError');
  await failureOf(() => parse('[]'), 'ConfigurationError');
});

test('dates are read, and texts that are none refused', async () => {
  const read = parse('{"schemaVersion": 1, "when": "2026-03-01T00:00:00Z"}');
  assert.deepEqual(read.when, new Date('2026-03-01T00:00:00Z'));
  await failureOf(() => parse('{"schemaVersion": 1, "when": "soon"}'), 'ConfigurationError');
});

test('values nested deeper than they could be written again are refused', async () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const read = parse(`{"schemaVersion": 1, "later": ${nested(50)}}`);
  assert.deepEqual(parse(formatStateFile(read)), read);
  const failure = await failureOf(
    () => parse(`{"schemaVersion": 1, "later": ${nested(20_000)}}`),
    'ConfigurationError',
  );
  assert.match(failure.message, /nested more than 100 levels deep/);
});

test('the version comes first, and what was not understood is written again', () => {
  const text = '{"list": [{"name": "a", "later": [1]}], "later": {"x": null}, "schemaVersion": 1}';
  const written = formatStateFile(parse(text));
  assert.ok(written.startsWith('{\n  "schemaVersion": 1,\n') && written.endsWith('}\n'));
  assert.deepEqual(JSON.parse(written), JSON.parse(text));
});
