/** JSON with everything beyond ASCII as `\uXXXX`: redirected output is read in many code pages, ASCII is the same in all. */
export function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
