import { kernel32 } from './kernel32.ts';
import { wideString } from './library.ts';

/** Kind of a drive by its root, such as `C:\`: 2 removable, 3 fixed, 4 network, 5 CD or DVD, 6 RAM disk (GetDriveTypeW). */
export function driveType(root: string): number {
  return kernel32().GetDriveTypeW(wideString(root));
}
