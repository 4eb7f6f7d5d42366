const longestLine = 64 * 1024;
const utf8Mark = '\ufeff';

/** Standard input as far as it is read. */
export type InputStream = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };

/** What standard input has for the program: its first line, or why there is none. */
export type InputLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'terminal' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' };

/**
 * The first line of standard input, without its line break. UTF-8, or UTF-16 with its mark, as Windows PowerShell writes
 * files. Nobody is asked: a terminal is an answer, and so is a handle that is missing or closed.
 */
export async function readInputLine(
  signal: AbortSignal,
  open: () => InputStream = () => process.stdin,
): Promise<InputLine> {
  const stream = attempt(open);
  if (stream === undefined) return { kind: 'empty' };
  if (stream.isTTY === true) return { kind: 'terminal' };
  const text = decode(await Promise.race([readStart(stream), rejection(signal)]));
  if (text === undefined) return { kind: 'unreadable' };
  const [line = ''] = text.split(/\r\n|\r|\n/);
  return text === '' ? { kind: 'empty' } : { kind: 'line', text: line };
}

async function readStart(stream: InputStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= longestLine || chunk.includes(0x0a)) break;
    }
  } catch {
    // A handle that cannot be read, as a service has it, has nothing to say.
  }
  return Buffer.concat(chunks);
}

/** UTF-16 has a zero beside each line break: whole units are needed. */
function decode(bytes: Uint8Array): string | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    const even = isUtf16 ? bytes.subarray(2, bytes.length - (bytes.length % 2)) : bytes;
    const text = new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(even);
    return text.startsWith(utf8Mark) ? text.slice(1) : text;
  } catch {
    return undefined;
  }
}

function attempt(open: () => InputStream): InputStream | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
