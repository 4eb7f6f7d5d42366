import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** A problem and where it is. */
export interface LocatedText {
  /** From 1 on. */
  readonly line: number;
  readonly text: string;
}

/** A file that may have comments and trailing commas. */
export interface CommentedJson {
  readonly value: unknown;
  /** Where it is no JSON, comments and trailing commas aside. */
  readonly faults: readonly LocatedText[];
  /** Line of what stands at the end of a path; of the nearest thing around it when it does not exist. */
  lineOf(path: readonly (string | number)[]): number;
  /** Names that stand twice in one section, in the same spelling; of each the place and the line of the second one. */
  readonly repeated: readonly { readonly place: readonly string[]; readonly line: number }[];
}

const shownFaults = 10;
/** SyntaxKind of jsonc-parser, whose enum exists for types only. */
const opening = [1, 3];
const closing = [2, 4];
const endOfFile = 17;

/** Levels of braces and brackets: the parser calls itself for each, which some thousand of them would end. */
export function depthOf(text: string): number {
  const scanner = createScanner(text, true);
  let [depth, deepest] = [0, 0];
  for (let token: number = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    if (opening.includes(token)) deepest = Math.max(deepest, ++depth);
    else if (closing.includes(token)) depth -= 1;
  }
  return deepest;
}

/** Reads JSON with comments; whatever is wrong is in `faults`. The depth must have been checked. */
export function readCommentedJson(text: string): CommentedJson {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const lineAt = (offset: number): number => text.slice(0, offset).split(/\r\n|\r|\n/).length;
  return {
    value: tree === undefined ? undefined : contentOf(tree),
    faults: errors
      .slice(0, shownFaults)
      .map(({ error, offset }) => ({ line: lineAt(offset), text: describeFault(error) })),
    lineOf: (path) => lineAt(nodeAt(tree, path)?.offset ?? 0),
    repeated:
      tree === undefined ? [] : repeatedNames(tree, []).map(({ place, offset }) => ({ place, line: lineAt(offset) })),
  };
}

/** The property rather than its value, which may begin on a later line. */
function nodeAt(tree: Node | undefined, path: readonly (string | number)[]): Node | undefined {
  if (tree === undefined) return undefined;
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent : node;
  }
  return tree;
}

/** As `JSON.parse` makes it: names such as `__proto__` are ordinary, and of two equal ones the last counts. */
function contentOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(contentOf);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(
    membersOf(node).map(({ name, value }) => [name, value === undefined ? null : contentOf(value)]),
  );
}

function membersOf(node: Node): { name: string; value: Node | undefined; offset: number }[] {
  return (node.children ?? []).map(({ children: [name, value] = [], offset }) => ({
    name: String(name?.value),
    value,
    offset,
  }));
}

function repeatedNames(node: Node, above: readonly string[]): { place: readonly string[]; offset: number }[] {
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return membersOf(node).flatMap(({ name, value, offset }) => {
    const place = [...above, name];
    const again = seen.has(name) ? [{ place, offset }] : [];
    seen.add(name);
    return [...again, ...(value === undefined ? [] : repeatedNames(value, place))];
  });
}

const faultTexts: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that is not true, false or null; text needs double quotes',
  InvalidNumberFormat: 'a number that is none',
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'the file ends too early: a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'there is something after the end',
  InvalidCommentToken: 'a comment that is none: write // or /* */',
  UnexpectedEndOfComment: 'a comment without its end */',
  UnexpectedEndOfString: 'text without its closing quote',
  UnexpectedEndOfNumber: 'a number that is cut off',
  InvalidUnicode: 'a wrong \\u in text',
  InvalidEscapeCharacter: 'a wrong backslash in text: write each one twice, as in "C:\\\\certs"',
  InvalidCharacter: 'a character that must not stand in text, such as a line break or a tab',
};

function describeFault(error: ParseError['error']): string {
  const name = printParseErrorCode(error);
  return faultTexts[name] ?? name;
}
