/** Turns bytes of the console's code page into text. */
export type ConsoleDecoder = (bytes: Uint8Array) => string;

/**
 * Text of what schtasks wrote to a redirected stream. Its XML says UTF-16 whatever the bytes are: seen are UTF-16LE with
 * and without BOM, and the console's code page. NUL bytes tell UTF-16 apart, because no other encoding of text has them.
 */
export function decodeOutput(bytes: Uint8Array, decodeConsole: ConsoleDecoder = decodeWestern): string {
  const encoding = encodingByMark(bytes) ?? encodingByZeros(bytes);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  return decodeStrictUtf8(bytes) ?? decodeConsole(bytes);
}

function encodingByMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  return undefined;
}

function encodingByZeros(bytes: Uint8Array): string | undefined {
  const zeros: [even: number, odd: number] = [0, 0];
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0) zeros[index % 2 === 0 ? 0 : 1] += 1;
  }
  if (zeros[0] === zeros[1]) return undefined;
  return zeros[1] > zeros[0] ? 'utf-16le' : 'utf-16be';
}

function decodeStrictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeWestern(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes);
}
