import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/**
 * URIs of the Debian archive as this machine's apt knows it, likeliest first; empty when it knows none.
 * Reads both formats of sources.list(5): one-line `.list` and deb822 `.sources`.
 */
export async function readDebianMirrors(aptFolder = '/etc/apt'): Promise<string[]> {
  const parts = join(aptFolder, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const files = [join(aptFolder, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  const sources: AptSource[] = [];
  for (const file of files) sources.push(...(await readSources(file)));
  return debianMirrors(sources);
}

/** The archive proper, not its security part and not other people's repositories for the same release. */
export function debianMirrors(sources: readonly AptSource[]): string[] {
  const uris = sources
    .filter((source) => source.components.includes('main') && source.suites.some((suite) => /^[a-z]+$/.test(suite)))
    .flatMap((source) => source.uris)
    .filter((uri) => !uri.startsWith('cdrom:') && !/security/.test(uri));
  const looksDebian = (uri: string) => (/debian(\.list)?\/?$/.test(uri) ? 0 : 1);
  return [...new Set(uris)].sort((a, b) => looksDebian(a) - looksDebian(b));
}

async function readSources(file: string): Promise<AptSource[]> {
  const parse = file.endsWith('.sources') ? parseDeb822 : file.endsWith('.list') ? parseOneLine : undefined;
  if (parse === undefined) return [];
  return parse(await readFile(file, 'utf8').catch(() => ''));
}

/** `deb [options] uri suite component...` */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) return [];
    const [, uri = '', suite = '', components = ''] = match;
    return [{ uris: [uri], suites: [suite], components: words(components) }];
  });
}

/** Stanzas of `Field: value`, values going on in indented lines. */
export function parseDeb822(text: string): AptSource[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const [, name = '', value = ''] of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t]+.*)*)/gm)) {
      fields.set(name.toLowerCase(), value);
    }
    const list = (name: string) => words(fields.get(name) ?? '');
    if (list('enabled')[0] === 'no' || !list('types').includes('deb')) return [];
    return [{ uris: list('uris'), suites: list('suites'), components: list('components') }];
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
