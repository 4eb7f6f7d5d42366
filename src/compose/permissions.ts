import type { PermissionKeeper } from '../platform/private-folders.ts';
import { onWindows } from './foundation.ts';

/** What reads and closes the permissions of files, as this system has them. */
export async function loadPermissions(): Promise<PermissionKeeper> {
  if (onWindows) return (await import('../platform/win32/windows-permissions.ts')).createWindowsPermissions();
  return (await import('../platform/posix-permissions.ts')).posixPermissions;
}
