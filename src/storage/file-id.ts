import { hash } from 'node:crypto';

/** Together with id and ending well below the 255 characters a file name may have. */
const longestPart = 120;

/**
 * File name for a file id. The name of a part may be longer than a file name, and hold characters that Windows refuses:
 * `*` becomes `+` and `:` becomes `=`, which no host has.
 */
export function fileNameOf(fileId: string): string {
  const at = fileId.indexOf('@');
  if (at < 0) return fileId;
  const part = fileId.slice(at + 1);
  const safe = part.replaceAll('*', '+').replaceAll(':', '=');
  const short = safe.length <= longestPart ? safe : `${safe.slice(0, 80)}=${hash('sha256', part, 'hex').slice(0, 16)}`;
  return `${fileId.slice(0, at)}@${short}`;
}
