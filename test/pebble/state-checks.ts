import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Paths of all files below a folder, sorted; none when it does not exist. */
export function allFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Every JSON file below the state folder parses, and (off Windows) nobody else can read the private ones. */
export function assertStateIsWhole(state: string): void {
  for (const path of allFiles(state).filter((file) => file.endsWith('.json') && !isDamagedOnPurpose(file))) {
    assert.doesNotThrow(() => JSON.parse(readFileSync(path, 'utf8')), `${path} is not whole`);
    if (basename(path) !== 'settings.json') assertPrivate(path);
  }
}

/** Nobody but the owner can read the file; on Windows the folder's ACL sees to it. */
export function assertPrivate(path: string): void {
  if (process.platform === 'win32') return;
  assert.equal((statSync(path).mode & 0o777).toString(8), '600', path);
}

/** No secret and no key of the state folder stands in the output, the logs or the report. */
export function assertNoSecrets(state: string, output: string, secrets: Iterable<string>): void {
  const stored = allFiles(state).filter((path) => path.endsWith('.json') && basename(path) !== 'status.json');
  const hidden = [...[...secrets].filter((secret) => secret.length >= 4), ...stored.flatMap(keyLines)];
  const shown = allFiles(state).filter((path) => path.endsWith('.txt') || basename(path) === 'status.json');
  const texts: [string, string][] = shown.map((path) => [path, readFileSync(path, 'utf8')]);
  for (const [place, text] of [['the output', output], ...texts] as [string, string][]) {
    for (const secret of hidden) assert.ok(!text.includes(secret), `a secret (${secret.slice(0, 3)}...) in ${place}`);
  }
}

/** Tests damage files with this content. */
export const damage = '{ "schemaVersion": 1,\n  oops\n}\n';

function isDamagedOnPurpose(path: string): boolean {
  return readFileSync(path, 'utf8') === damage;
}

/** The lines of private keys in a state file that are long enough to be one's alone. */
function keyLines(path: string): string[] {
  const text = readFileSync(path, 'utf8').replaceAll('\\n', '\n');
  const blocks = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END/g) ?? [];
  return blocks.flatMap((block) => block.split('\n')).filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
}
