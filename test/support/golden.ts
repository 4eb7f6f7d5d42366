import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'golden');

/** Compares text with a file under `test/golden/`; `UPDATE_GOLDEN=1` writes the file instead. */
export function assertGolden(name: string, actual: string): void {
  const path = join(folder, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  assert.equal(actual, readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), `${name}; UPDATE_GOLDEN=1 re-records`);
}
