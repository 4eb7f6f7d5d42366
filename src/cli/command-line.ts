import type { Token } from './split-arguments.ts';
import { printableText } from './usage-error.ts';

/**
 * The command line for the log, secrets masked. Also fit for a line that was refused: whatever may be a secret by its
 * place (after a secret or an unknown option) is masked too.
 */
export function renderCommandLine(tokens: readonly Token[]): string {
  return ['wacs', ...tokens.map((token, index) => renderToken(token, mayBeSecret(tokens, index)))].join(' ');
}

/** Whether what stands at `index` may be part of a secret that was not given as the value of its option. */
export function mayBeSecret(tokens: readonly Token[], index: number): boolean {
  const owner = tokens.slice(0, index).findLast((token) => token.kind !== 'word');
  if (owner === undefined) return false;
  if (owner.kind === 'unknown') return tokens[index]?.kind === 'word';
  const awaitsValue = owner.kind === 'option' && owner.value === undefined;
  return (
    owner.kind === 'option' && owner.entry.option.secret === true && (awaitsValue || tokens[index]?.kind === 'word')
  );
}

function renderToken(token: Token, hidden: boolean): string {
  switch (token.kind) {
    case 'word':
      return hidden ? '***' : shellWord(token.text);
    case 'unknown':
      return hidden ? '***' : printableText(token.written);
    case 'option': {
      const { option } = token.entry;
      const name = `--${option.name}`;
      if (token.value === undefined) return name;
      return `${name} ${option.secret === true ? '***' : shellWord(token.value)}`;
    }
  }
}

function shellWord(text: string): string {
  const printable = printableText(text);
  return /^[^\s"]+$/.test(printable) ? printable : `"${printable.replaceAll('"', '\\"')}"`;
}
