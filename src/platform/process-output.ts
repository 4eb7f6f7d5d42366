import type { Readable } from 'node:stream';

/**
 * Keeps the first bytes of a stream and reads the rest away, so that the program at the other end never blocks.
 * @returns what was kept up to the moment of the call
 */
export function collectOutput(stream: Readable | null, maxBytes: number): () => Uint8Array {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (kept >= maxBytes) return;
    const part = chunk.subarray(0, maxBytes - kept);
    chunks.push(part);
    kept += part.length;
  });
  // A pipe that breaks while the program dies is no failure of its own: the exit code tells.
  stream?.on('error', () => undefined);
  return () => Buffer.concat(chunks);
}
