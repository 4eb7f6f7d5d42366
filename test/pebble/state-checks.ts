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
  for (const { path, text, mode } of readAll(state).filter((file) => file.path.endsWith('.json'))) {
    if (text !== damage) assert.doesNotThrow(() => JSON.parse(text), `${path} is not whole`);
    if (basename(path) !== 'settings.json') assertOwnersOnly(path, mode);
  }
}

/** Nobody but the owner can read the file; on Windows the folder's ACL sees to it. */
export function assertPrivate(path: string): void {
  assertOwnersOnly(path, statSync(path).mode);
}

/** No secret and no key of the state folder stands in the output, the logs or the report. */
export function assertNoSecrets(state: string, output: string, secrets: Iterable<string>): void {
  const files = readAll(state);
  const isReport = ({ path }: StateFile): boolean => path.endsWith('.txt') || basename(path) === 'status.json';
  const keys = files.filter((file) => !isReport(file)).flatMap(({ text }) => keyLines(text));
  const hidden = [...[...secrets].filter((secret) => secret.length >= 4), ...keys];
  for (const { path, text } of [{ path: 'the output', text: output }, ...files.filter(isReport)]) {
    for (const secret of hidden) assert.ok(!text.includes(secret), `a secret (${secret.slice(0, 3)}...) in ${path}`);
  }
}

interface StateFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Another run may be at work: a file that has gone since the folder was read is left out. */
function readAll(state: string): StateFile[] {
  return allFiles(state).flatMap((path) => {
    try {
      return { path, text: readFileSync(path, 'utf8'), mode: statSync(path).mode };
    } catch {
      return [];
    }
  });
}

function assertOwnersOnly(path: string, mode: number): void {
  if (process.platform !== 'win32') assert.equal((mode & 0o777).toString(8), '600', path);
}

/** Tests damage files with this content. */
export const damage = '{ "schemaVersion": 1,\n  oops\n}\n';

/** The lines of private keys in a state file that are long enough to be one's alone. */
function keyLines(json: string): string[] {
  const text = json.replaceAll('\\n', '\n');
  const blocks = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END/g) ?? [];
  return blocks.flatMap((block) => block.split('\n')).filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
}
