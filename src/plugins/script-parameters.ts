import { WacsError } from '../core/errors.ts';
import type { PluginServices } from '../core/plugin.ts';
import type { ScriptArgument } from './script-command.ts';

/** A name, a number as win-acme has them, or a secret of the vault, in braces. */
const placeholder = /\{(vault:\/\/[^{}\s]+|[A-Za-z]+|\d)\}/g;

/** Value of a placeholder; undefined leaves it as it stands. */
export type LookUp = (name: string) => string | undefined;

/**
 * Arguments for a script: the template is split first, so that no value can ever become two arguments. `{vault://...}`
 * becomes the secret it refers to.
 * @throws WacsError UsageError for a quote that is not closed, ConfigurationError for a secret that is not there.
 */
export async function fillPlaceholders(
  template: string,
  lookUp: LookUp,
  { revealSecret }: Pick<PluginServices, 'revealSecret'>,
): Promise<readonly ScriptArgument[]> {
  const secrets = new Map<string, string>();
  for (const [, name = ''] of template.matchAll(placeholder))
    if (name.startsWith('vault:')) secrets.set(name, await revealSecret(name));
  const resolve = (name: string): string | undefined => secrets.get(name) ?? lookUp(name);
  return splitParameters(template).map((part) => ({
    text: part.replace(placeholder, (whole, name: string) => resolve(name) ?? whole),
    isName: part.startsWith('-'),
  }));
}

/** True when a template has one of the placeholders. */
export function usesPlaceholder(template: string, names: readonly string[]): boolean {
  return [...template.matchAll(placeholder)].some(([, name = '']) => names.includes(name));
}

/**
 * Splits parameters at blanks; double quotes, or single ones as for PowerShell, keep blanks together.
 * @param option whose value it is, for the message
 * @throws WacsError UsageError for a quote that is not closed.
 */
export function splitParameters(text: string, option = 'the arguments of a script'): readonly string[] {
  const parts: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const match = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest);
    if (match === null || (match[0].length < rest.length && !/^\s/.test(rest.slice(match[0].length)))) {
      throw new WacsError('UsageError', `there is a quote that is not closed in ${option}: ${rest}`);
    }
    parts.push(
      match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
    );
    rest = rest.slice(match[0].length).trimStart();
  }
  return parts;
}
