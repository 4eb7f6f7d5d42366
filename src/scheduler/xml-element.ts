/** An element of a parsed document. Names are as written, with their prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Own text, trimmed; entity and character references resolved. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/**
 * Parses a document with one root. Document types are refused, so there are no entities to expand.
 * @throws Error saying why the text is no such document.
 */
export async function parseXml(text: string): Promise<XmlElement> {
  if (text.includes('<!DOCTYPE')) throw new Error('it contains a document type');
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    // Numeric character references are resolved with this option only.
    htmlEntities: true,
  });
  const document: unknown = parser.parse(text, true);
  const [root] = toElements(document);
  if (root === undefined) throw new Error('it has no root element');
  return root;
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** Text of the element a path of names leads to; undefined when there is none. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return path.reduce<XmlElement | undefined>(childOf, element)?.text;
}

const attributesKey = ':@';
const textKey = '#text';

/** Children in the parser's ordered form: each is an object with its name as a key, and its attributes under `:@`. */
function toElements(nodes: unknown): readonly XmlElement[] {
  return entriesOf(nodes)
    .filter(([name]) => name !== textKey)
    .map(([name, children, attributes]) => ({
      name,
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
      text: textOf(children),
      children: toElements(children),
    }));
}

function textOf(nodes: unknown): string {
  const parts = entriesOf(nodes).filter(([name]) => name === textKey);
  return parts
    .map(([, value]) => String(value))
    .join('')
    .trim();
}

function entriesOf(nodes: unknown): readonly (readonly [name: string, content: unknown, attributes: object])[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Record<string, unknown>) => {
    const name = Object.keys(node).find((key) => key !== attributesKey);
    return name === undefined ? [] : [[name, node[name], node[attributesKey] ?? {}] as const];
  });
}
