import { toBuffer } from 'node:ffi';

/**
 * The text of a null-terminated UTF-16 string that native code owns. Its memory may end right behind it, so it is read
 * character by character.
 * @param longest characters after which reading stops
 */
export function wideTextAt(pointer: bigint, longest: number): string {
  let text = '';
  for (let index = 0; index < longest; index += 1) {
    const code = toBuffer(pointer + BigInt(index * 2), 2).readUInt16LE(0);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
}
