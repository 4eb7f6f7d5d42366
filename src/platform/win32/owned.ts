import { kernel32 } from './kernel32.ts';

/** A handle or memory of Windows that is given back at the end of the block that has it by `using`. */
export interface Owned extends Disposable {
  readonly handle: bigint;
  /** Leaves it to somebody else: it is not given back here any more. */
  release(): bigint;
}

/**
 * Takes a handle over; 0, which is none, is never given back.
 * @param giveBack the function that closes or frees it; called once at most
 */
export function owned(handle: bigint, giveBack: (handle: bigint) => unknown): Owned {
  let mine = true;
  return {
    handle,
    release() {
      mine = false;
      return handle;
    },
    [Symbol.dispose]() {
      if (!mine) return;
      mine = false;
      if (handle !== 0n) giveBack(handle);
    },
  };
}

/** A handle that CloseHandle closes. */
export function kernelHandle(handle: bigint): Owned {
  return owned(handle, (open) => kernel32().CloseHandle(open));
}

/** Memory that Windows has made by LocalAlloc. */
export function localMemory(pointer: bigint): Owned {
  return owned(pointer, (memory) => kernel32().LocalFree(memory));
}
