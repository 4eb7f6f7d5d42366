import { Resolver } from 'node:dns/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pebble } from '../support/pebble/pebble.ts';

/** A script of the administrator that changes the DNS which Pebble asks. */
export interface DnsScript {
  readonly path: string;
  /** Argument lists of all calls so far. */
  calls(): string[][];
}

/**
 * Writes the script: `create NAME RECORD VALUE` adds a value, `delete NAME RECORD VALUE` removes it and leaves the others,
 * which pebble-challtestsrv cannot do by itself.
 */
export function createDnsScript(folder: string, pebble: Pebble): DnsScript {
  const path = join(folder, 'dns it.sh');
  const client = join(folder, 'dns client.mjs');
  const record = join(folder, 'dns calls');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${client}' "$@"\n`, { mode: 0o755 });
  writeFileSync(record, '');
  writeFileSync(
    client,
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const [verb, identifier, name, value] = process.argv.slice(2);
appendFileSync(${JSON.stringify(record)}, JSON.stringify(process.argv.slice(2)) + '\\n');
const file = ${JSON.stringify(join(folder, 'dns values '))} + name;
const read = () => { try { return JSON.parse(readFileSync(file, 'utf8')); } catch { return []; } };
const post = async (command, body) => {
  const answer = await fetch(${JSON.stringify(pebble.challtestUrl)} + command, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
};
const values = verb === 'create' ? [...read(), value] : read().filter((one) => one !== value);
writeFileSync(file, JSON.stringify(values));
await post('/clear-txt', { host: name + '.' });
for (const one of values) await post('/set-txt', { host: name + '.', value: one });
`,
  );
  const calls = (): string[][] =>
    readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { path, calls };
}

/** The TXT values of a name, as Pebble sees them. */
export async function valuesIn(dnsServer: string, name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([dnsServer]);
  const records = await resolver.resolveTxt(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return [];
    throw error;
  });
  return records.map((strings) => strings.join(''));
}
