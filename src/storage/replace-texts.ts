import type { JsonPath } from '../core/plan-secrets.ts';

/** A text value in a JSON file and what takes its place. */
export interface TextReplacement {
  readonly place: JsonPath;
  readonly text: string;
}

/** The JSON with other texts in some places; all else stays as it is, letter by letter. */
export async function replaceTexts(json: string, replacements: readonly TextReplacement[]): Promise<string> {
  const { findNodeAtLocation, parseTree } = await import('jsonc-parser');
  const tree = parseTree(json);
  const edits = replacements.map(({ place, text }) => {
    const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...place]);
    if (node === undefined) throw new RangeError(`there is nothing at ${place.join('.')}`);
    return { offset: node.offset, length: node.length, text: JSON.stringify(text) };
  });
  return edits
    .sort((left, right) => right.offset - left.offset)
    .reduce((text, edit) => text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length), json);
}
