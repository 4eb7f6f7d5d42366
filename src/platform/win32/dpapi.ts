import { getRawPointer, toBuffer } from 'node:ffi';
import { WacsError } from '../../core/errors.ts';
import { crypt32 } from './crypt32.ts';
import { kernel32 } from './kernel32.ts';
import { lastError, nativeBuffer, win32Error } from './library.ts';

/** CRYPTPROTECT_UI_FORBIDDEN: there is nobody to ask. */
const uiForbidden = 0x1;
/** CRYPTPROTECT_LOCAL_MACHINE: set up by an administrator, read by SYSTEM. */
const localMachine = 0x4;
/** DATA_BLOB on x64 and ARM64: length at 0, pointer at 8. */
const blobPointerOffset = 8;

/**
 * Encrypts with DPAPI for this machine, without entropy: any process here that can read the file can decrypt it, so the
 * folder's ACL is the protection and this only guards copies elsewhere.
 * @throws WacsError StorageError
 */
export function protect(plain: Uint8Array): Uint8Array {
  const input = blobOf(plain);
  const output = nativeBuffer();
  const flags = uiForbidden | localMachine;
  const done = crypt32().CryptProtectData(input.blob, 0n, 0n, 0n, 0n, flags, output);
  const code = lastError();
  input.wipe();
  if (done === 0) throw win32Error('cannot protect a secret', 'CryptProtectData', code);
  return takeBlob(output);
}

/**
 * Decrypts what `protect`, or win-acme, encrypted on this machine.
 * @throws WacsError ConfigurationError when it comes from another machine or is damaged
 */
export function unprotect(encrypted: Uint8Array): Uint8Array {
  const input = blobOf(encrypted);
  const output = nativeBuffer();
  const done = crypt32().CryptUnprotectData(input.blob, 0n, 0n, 0n, 0n, uiForbidden, output);
  const code = lastError();
  input.wipe();
  if (done === 0) {
    const cause = win32Error('cannot read a secret', 'CryptUnprotectData', code);
    throw new WacsError(
      'ConfigurationError',
      'cannot read a stored secret: it was encrypted on another machine, or is damaged',
      {
        hint: 'enter the secret again on this machine',
        cause,
      },
    );
  }
  return takeBlob(output);
}

/**
 * The structure that points to the bytes. They must stay referenced while it is in use: callers wipe them only after
 * the call, which also keeps them alive until then.
 */
function blobOf(bytes: Uint8Array): { readonly blob: Buffer; wipe(): void } {
  const copy = nativeBuffer(bytes.length);
  copy.set(bytes);
  const blob = nativeBuffer();
  blob.writeUInt32LE(bytes.length, 0);
  blob.writeBigUInt64LE(getRawPointer(copy), blobPointerOffset);
  return { blob, wipe: () => void copy.fill(0) };
}

/** Copies the system's answer, and wipes and frees the system's memory. */
function takeBlob(blob: Buffer): Uint8Array {
  const pointer = blob.readBigUInt64LE(blobPointerOffset);
  const native = toBuffer(pointer, blob.readUInt32LE(0), false);
  const bytes = Uint8Array.from(native);
  native.fill(0);
  kernel32().LocalFree(pointer);
  return bytes;
}
