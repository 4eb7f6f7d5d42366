import type * as v from 'valibot';

const nouns: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'text in quotes',
  boolean: 'true or false',
  Array: 'a list in brackets',
  Object: 'a section in braces',
};

/** What is wrong with a value, without showing it: it may be a secret. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const { kind, type, expected, input, message } = issue;
  if (kind === 'validation') return message;
  if (type === 'picklist') return `must be one of ${(expected ?? '').replace(/^\(|\)$/g, '').replaceAll(' | ', ', ')}`;
  return `must be ${nouns[expected ?? ''] ?? expected ?? type}, not ${kindOf(input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? typeof value;
}
