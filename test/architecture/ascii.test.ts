import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFiles } from '../support/source-files.ts';

/** Redirected output is UTF-8 and read in many code pages; only ASCII reads the same in all of them. */
test('all texts of the program are ASCII', () => {
  const files = sourceFiles('src');
  assert.ok(files.length > 100);
  const other = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (/[^\t\x20-\x7e]/.test(line) ? [`${path}:${index + 1}: ${line}`] : [])),
  );
  assert.deepEqual(other, []);
});
