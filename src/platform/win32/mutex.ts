import { kernel32 } from './kernel32.ts';
import { lastError, wideString, win32Error } from './library.ts';

const waitObject = 0x0;
/** The owner died without releasing: the mutex is ours all the same. */
const waitAbandoned = 0x80;
const waitTimeout = 0x102;

/** Mutexes of this process: Windows lets the thread that owns one own it again. */
const owned = new Set<string>();

/** A mutex that this process owns. */
export interface OwnedMutex {
  release(): void;
}

/**
 * Owns a named mutex if it is free. The system frees it when the process dies. Call and release on the same thread.
 * @returns undefined when it has another owner, be it one whose mutex this user may not open
 * @throws WacsError AccessDenied, StorageError
 */
export function tryOwnMutex(name: string): OwnedMutex | undefined {
  if (owned.has(name)) return undefined;
  const handle = kernel32().CreateMutexW(0n, 0, wideString(name));
  if (handle === 0n) return undefined;
  const state = kernel32().WaitForSingleObject(handle, 0);
  if (state === waitObject || state === waitAbandoned) return ownership(name, handle);
  const code = lastError();
  kernel32().CloseHandle(handle);
  if (state === waitTimeout) return undefined;
  throw win32Error('cannot take the lock of the state folder', 'WaitForSingleObject', code);
}

function ownership(name: string, handle: bigint): OwnedMutex {
  owned.add(name);
  return {
    release() {
      if (!owned.delete(name)) return;
      kernel32().ReleaseMutex(handle);
      kernel32().CloseHandle(handle);
    },
  };
}
