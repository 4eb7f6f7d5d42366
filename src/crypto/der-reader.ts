/** One element of a DER encoding (X.690): identifier octet and content octets. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The whole element, identifier and length included. */
  readonly bytes: Uint8Array;
}

/**
 * The first element of the bytes.
 * @throws RangeError when there is none.
 */
export function readElement(bytes: Uint8Array): DerElement {
  return elementAt(bytes, 0).element;
}

/**
 * All elements that stand side by side in the bytes, such as the members of a SEQUENCE. Only what X.509 needs: definite
 * lengths and tag numbers below 31.
 * @throws RangeError when the bytes end inside an element or use another form.
 */
export function readElements(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const { element, end } = elementAt(bytes, offset);
    elements.push(element);
    offset = end;
  }
  return elements;
}

function elementAt(bytes: Uint8Array, offset: number): { element: DerElement; end: number } {
  const tag = byteAt(bytes, offset);
  if ((tag & 0x1f) === 0x1f) throw new RangeError('a tag number above 30');
  const { length, start } = lengthAt(bytes, offset + 1);
  const end = start + length;
  if (end > bytes.length) throw new RangeError('an element longer than what holds it');
  return { element: { tag, content: bytes.subarray(start, end), bytes: bytes.subarray(offset, end) }, end };
}

function lengthAt(bytes: Uint8Array, offset: number): { length: number; start: number } {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return { length: first, start: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new RangeError('a length in a form that DER does not have');
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + byteAt(bytes, offset + index);
  return { length, start: offset + 1 + count };
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new RangeError('the bytes end inside an element');
  return byte;
}
