import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SourceFile, sourceFiles } from '../support/source-files.ts';

const fileLimit = 260;
const functionLimit = 60;
/** Tables and wiring: one entry after another, nothing to follow. */
const tables = ['exit-codes.ts', 'main-options.ts', 'hresult-table.ts'];

const files = sourceFiles('src');
const own = files.filter(({ path }) => !tables.some((table) => path.endsWith(`/${table}`)));

/** Functions, methods and arrows by the formatter's own layout: a block ends at the indentation its head began with. */
function functionsOf({ path, text }: SourceFile): { readonly name: string; readonly lines: number }[] {
  const lines = text.split('\n');
  return lines.flatMap((line, end) => {
    const indentation = /^( *)\}/.exec(line)?.[1];
    if (indentation === undefined) return [];
    const isLevel = (other: string): boolean =>
      other.startsWith(indentation) && /\S/.test(other[indentation.length] ?? '');
    const start = lines.findLastIndex((other, at) => at < end && isLevel(other) && !/^ *[)}\]]/.test(other));
    const opener = lines.findIndex((other, at) => at >= start && isLevel(other) && other.endsWith('{'));
    const head = lines.slice(start, opener + 1).join(' ');
    return isFunctionHead(head) ? [{ name: `${path}:${start + 1}`, lines: end - start + 1 }] : [];
  });
}

function isFunctionHead(head: string): boolean {
  if (/^ *(?:if|for|while|switch|try|return)\b/.test(head)) return head.endsWith('=> {');
  return /\bfunction\b|=> \{$|^ *(?:(?:static|async|get) )*[#\w]+(?:<[^(]*>)?\(.*\{$/.test(head);
}

test(`no file has more than ${fileLimit} lines`, () => {
  const long = own.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  assert.deepEqual(
    long.filter(({ lines }) => lines > fileLimit),
    [],
  );
});

test(`no function has more than ${functionLimit} lines`, () => {
  const functions = own.flatMap(functionsOf);
  assert.ok(functions.length > 300, `${functions.length} functions found`);
  assert.deepEqual(
    functions.filter(({ lines }) => lines > functionLimit),
    [],
  );
});

test('a long function or method would be found', () => {
  const body = '    work();\n'.repeat(functionLimit);
  const text = `class A {\n  async run(\n    x: number,\n  ): Promise<void> {\n${body}  }\n}\n\nexport function b(): void {\n${body}}\n`;
  const found = functionsOf({ path: 'src/a.ts', text, imports: [] });
  assert.deepEqual(
    found.filter(({ lines }) => lines > functionLimit).map(({ name }) => name),
    ['src/a.ts:2', 'src/a.ts:68'],
  );
});

const forbidden: [string, RegExp][] = [
  ['a default export', /^export default\b/m],
  ['any', /(?::|\bas|<|\||,)\s*any\b(?!thing)/],
  ['a switched-off check', /@ts-(?:ignore|expect-error|nocheck)|biome-ignore(?!-all)/],
  ['an enum or a namespace', /^(?:export )?(?:const )?(?:enum|namespace) /m],
];

for (const [what, pattern] of forbidden) {
  test(`no file has ${what}`, () => {
    const found = files.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path);
    assert.deepEqual(found, []);
  });
}

/** Comments may say "any"; those that switch a check off stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\*(?!.*@ts-)[\s\S]*?\*\/|\/\/(?! *(?:@ts-|biome-ignore)).*/g, '');
}

test('a default export, any and a switched-off check would be found', () => {
  const samples = ['export default 1;', 'let x: any;', '// @ts-ignore\n', 'enum A {}'];
  for (const [index, [, pattern]] of forbidden.entries()) assert.match(withoutComments(samples[index] ?? ''), pattern);
  assert.doesNotMatch(withoutComments('/** as any other */ const anything: string[] = [];'), /:\s*any\b/);
});
