import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { renderExitCodesMarkdown } from '../src/cli/exit-code-text.ts';
import { exitCodeOf, exitCodes } from '../src/exit-codes.ts';

const rows = Object.entries(exitCodes);
const readme = join(import.meta.dirname, '..', 'README.md');

describe('exit codes', () => {
  it('are unique', () => assert.equal(new Set(rows.map(([, { code }]) => code)).size, rows.length));

  for (const [name, { code, meaning }] of rows) {
    it(`${code} ${name} is positive, below 126, clear of Node's own, and described`, () => {
      assert.ok(Number.isInteger(code) && code < 126);
      assert.equal(code === 0, name === 'Success');
      assert.ok(code >= 0 && (code < 3 || code > 14));
      assert.match(meaning, /^[\x20-\x7e]{4,}[^.]$/);
    });
  }

  it('are found by name', () => assert.equal(exitCodeOf('TaskAccessDenied'), 31));

  it('stand in the README as they are', { skip: !existsSync(readme) && 'there is no README.md yet' }, () => {
    const text = readFileSync(readme, 'utf8').replaceAll('\r\n', '\n');
    const block = /<!-- generated:exitcodes -->\n(.*?)\n<!-- \/generated -->/s.exec(text)?.[1];
    assert.equal(block, renderExitCodesMarkdown(), 'npm run docs writes it anew');
  });
});
