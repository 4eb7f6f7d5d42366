import { kernel32 } from './kernel32.ts';
import { nativeBuffer } from './library.ts';

/** STATUS_PENDING in the first field of an OVERLAPPED. */
const pending = 0x103n;

/** An operation that goes on after its call: its OVERLAPPED, an event of its own, and the memory it uses. */
export interface Overlapped extends Disposable {
  readonly structure: Buffer;
  /** Whether the system has done with the memory. */
  isDone(): boolean;
  /** NTSTATUS of an operation that is done; 0 is success. */
  status(): number;
}

/** Prepares an operation. `memory` stays referenced as long as the result does. */
export function createOverlapped(...memory: readonly Buffer[]): Overlapped & { readonly memory: readonly Buffer[] } {
  const structure = nativeBuffer();
  const event = kernel32().CreateEventW(0n, 1, 0, 0n);
  structure.writeBigUInt64LE(event, 24);
  return {
    structure,
    memory,
    isDone: () => structure.readBigUInt64LE(0) !== pending,
    status: () => Number(structure.readBigUInt64LE(0) & 0xffff_ffffn),
    [Symbol.dispose]: () => void kernel32().CloseHandle(event),
  };
}
