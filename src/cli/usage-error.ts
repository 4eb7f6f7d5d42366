import { WacsError } from '../core/errors.ts';
import type { OptionDefinition } from '../core/option.ts';

/** A `UsageError` for the command line, with what to do next. */
export function usageError(message: string, hint: string): WacsError {
  return new WacsError('UsageError', message, { hint });
}

/** A value as an error may show it: a secret masked, control characters replaced, at most 60 characters. */
export function shownValue(option: OptionDefinition, value: string): string {
  return option.secret === true ? '***' : quoted(value);
}

/** Text from the command line between double quotes, safe to print. */
export function quoted(text: string): string {
  const printable = printableText(text);
  return printable.length > 60 ? `"${printable.slice(0, 60)}..."` : `"${printable}"`;
}

/** Control characters would let an argument forge log lines or move the cursor. */
export function printableText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
}

/** `--a`, `--a or --b`, `--a, --b or --c`. */
export function anyOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}
