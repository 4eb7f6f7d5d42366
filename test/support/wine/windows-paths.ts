import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The Linux path of a Windows path on C:, its existing parts found whatever their case, as Windows would.
 * @throws RangeError when the path is not an absolute one on C:.
 */
export function toLinuxPath(driveC: string, windowsPath: string): string {
  const [drive = '', ...parts] = windowsPath.split(/[\\/]+/);
  if (drive.toLowerCase() !== 'c:') throw new RangeError(`not an absolute path on C: ${windowsPath}`);
  let folder = driveC;
  for (const part of parts.filter((name) => name !== '')) folder = join(folder, existingName(folder, part));
  return folder;
}

function existingName(folder: string, wanted: string): string {
  const names = namesIn(folder);
  if (names.includes(wanted)) return wanted;
  return names.find((name) => name.toLowerCase() === wanted.toLowerCase()) ?? wanted;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
