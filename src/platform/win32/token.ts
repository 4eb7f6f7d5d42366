import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, win32Error } from './library.ts';
import { kernelHandle } from './owned.ts';

/** The pseudo handle of GetCurrentProcess. */
const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
const tokenElevation = 20;

/** Whether this process has an administrator's full rights; true for SYSTEM. @throws WacsError StorageError. */
export function isElevated(): boolean {
  const what = 'cannot ask whether this process is elevated';
  const out = nativeBuffer();
  if (advapi32().OpenProcessToken(currentProcess, tokenQuery, out) === 0) {
    throw win32Error(what, 'OpenProcessToken', lastError());
  }
  using token = kernelHandle(out.readBigUInt64LE(0));
  const elevation = nativeBuffer();
  if (advapi32().GetTokenInformation(token.handle, tokenElevation, elevation, 4, nativeBuffer()) === 0) {
    throw win32Error(what, 'GetTokenInformation', lastError());
  }
  return elevation.readUInt32LE(0) !== 0;
}
