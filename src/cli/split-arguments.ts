import type { OptionTable, TableEntry } from './options.ts';

/** How command lines are read. */
export interface ParseOptions {
  /** `/name` is an option too, as usual on Windows. */
  readonly slashPrefix: boolean;
}

/** A piece of the command line. */
export type Token =
  | { readonly kind: 'option'; readonly entry: TableEntry; readonly value?: string }
  /** An option the table does not have; `written` is prefix and name, never a value. */
  | { readonly kind: 'unknown'; readonly written: string; readonly name: string }
  | { readonly kind: 'word'; readonly text: string };

interface WrittenOption {
  readonly prefix: string;
  readonly name: string;
  readonly value?: string;
}

/**
 * Splits a command line into options with their values, unknown options and stray words; never throws.
 *
 * Prefixes are `--`, `-`, the dashes word processors put in their place, and `/` where asked for. Values follow after a
 * space, `=` or `:`. After a space, text that starts with `-` is a value unless it is the name of an option or looks
 * like one (`--word`); text that starts with `/` is a value unless it is exactly the name of an option. With `=`
 * anything is a value.
 */
export function splitArguments(argv: readonly string[], table: OptionTable, options: ParseOptions): Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const token = readToken(argv[index] ?? '', table, options);
    const next = argv[index + 1];
    if (next !== undefined && token.kind === 'option' && token.value === undefined && takesNext(token.entry, next)) {
      tokens.push({ ...token, value: next });
      index += 1;
    } else {
      tokens.push(token);
    }
  }
  return tokens;

  function takesNext(entry: TableEntry, next: string): boolean {
    return entry.option.type === 'flag' ? /^(true|false)$/i.test(next) : !readsAsOption(next, table, options);
  }
}

function readToken(text: string, table: OptionTable, options: ParseOptions): Token {
  const written = readOption(text, options);
  if (written === undefined) return { kind: 'word', text };
  const entry = table.find(written.name);
  if (entry === undefined) return { kind: 'unknown', written: nameAsWritten(text), name: written.name };
  return written.value === undefined ? { kind: 'option', entry } : { kind: 'option', entry, value: written.value };
}

function readsAsOption(text: string, table: OptionTable, options: ParseOptions): boolean {
  const written = readOption(text, options);
  if (written === undefined) return false;
  const known = table.find(written.name) !== undefined;
  if (written.prefix === '/') return known && written.value === undefined;
  return known || (written.prefix.length === 2 && /^[a-z][\w-]*$/.test(written.name));
}

/** U+2010 to U+2015 and U+2212 are what `-` turns into in documents and mails. */
const dashed = /^(?<prefix>[-\u2010-\u2015\u2212]{1,2})(?<name>[^-\u2010-\u2015\u2212=:][^=:]*)(?:[=:](?<value>.*))?$/s;
const slashed = /^(?<prefix>\/)(?<name>[^=:]+)(?:[=:](?<value>.*))?$/s;

function readOption(text: string, { slashPrefix }: ParseOptions): WrittenOption | undefined {
  const groups = (dashed.exec(text) ?? (slashPrefix ? slashed.exec(text) : null))?.groups;
  if (groups === undefined) return undefined;
  const { prefix = '', name = '', value } = groups;
  const option = { prefix, name: name.toLowerCase().replace(/[\u2010-\u2015\u2212]/g, '-') };
  return value === undefined ? option : { ...option, value };
}

function nameAsWritten(text: string): string {
  return /^[^\s=:]{1,40}/.exec(text)?.[0] ?? '';
}
