import { dlopen, dlsym } from 'node:ffi';
import { advapi32 } from '../../../src/platform/win32/advapi32.ts';
import { crypt32 } from '../../../src/platform/win32/crypt32.ts';
import { nativeBuffer, wideString } from '../../../src/platform/win32/library.ts';

const system32 = 'C:\\windows\\system32';
const { functions: events } = dlopen(`${system32}\\kernel32.dll`, {
  CreateEventW: { return: 'pointer', arguments: ['pointer', 'i32', 'i32', 'pointer'] },
  CloseHandle: { return: 'i32', arguments: ['pointer'] },
});

/** Whether this Windows is Wine, which exports a function of its own. */
export function isWine(): boolean {
  try {
    return dlsym(dlopen(`${system32}\\ntdll.dll`).lib, 'wine_get_version') !== 0n;
  } catch {
    return false;
  }
}

/**
 * Number of the lowest free place in the table of handles, which grows when handles are not closed. Wine has no answer to
 * GetProcessHandleCount.
 */
export function nextHandle(): number {
  const handle = events.CreateEventW(0n, 0, 0, 0n);
  events.CloseHandle(handle);
  return Number(handle) / 4;
}

/**
 * CertDeleteCertificateFromStore frees the context it is given (MS docs); Wine's, up to 10.0 at least, does not, and with
 * the context stays the whole store. Frees it here, so that what is left is what the program itself forgets.
 */
export function freeWhatWineDoesNot(): void {
  const functions = crypt32();
  const { CertDeleteCertificateFromStore, CertFreeCertificateContext } = functions;
  const replacement = (context: bigint | Buffer): number => {
    const result = CertDeleteCertificateFromStore(context);
    CertFreeCertificateContext(context);
    return result;
  };
  Object.assign(functions, { CertDeleteCertificateFromStore: replacement });
}

/** Counts how often key containers are opened from now on: Wine leaves a handle open each time. */
export function countOpenedContainers(): () => number {
  const functions = advapi32();
  const { CryptAcquireContextW } = functions;
  let count = 0;
  const newOrDelete = 0x18;
  const replacement = (...args: Parameters<typeof CryptAcquireContextW>): number => {
    const result = CryptAcquireContextW(...args);
    if (result !== 0 && (args[4] & newOrDelete) === 0) count += 1;
    return result;
  };
  Object.assign(functions, { CryptAcquireContextW: replacement });
  return () => count;
}

/** Handles that are lost each time a container is opened and closed by nothing but these two calls: 0 on Windows. */
export function handlesLostByOpening(name: string, provider: string): number {
  const { CryptAcquireContextW, CryptReleaseContext } = advapi32();
  const rounds = 50;
  const before = nextHandle();
  for (let round = 0; round < rounds; round += 1) {
    const out = nativeBuffer();
    const opened = CryptAcquireContextW(out, wideString(name), wideString(provider), 12, 0x60);
    if (opened === 0 || CryptReleaseContext(out.readBigUInt64LE(0), 0) === 0) throw new Error('cannot open and close');
  }
  return Math.round((nextHandle() - before) / rounds);
}
