import { toBuffer } from 'node:ffi';
import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { localMemory, type Owned } from './owned.ts';

/** Parts of a security descriptor (SECURITY_INFORMATION). */
export const ownerInformation = 0x1;
export const daclInformation = 0x4;

const sddlRevision = 1;

/** The security descriptor that a text in its definition language (MS-DTYP section 2.5.1) describes. */
export interface SecurityDescriptor extends Owned {
  /** Bytes of the descriptor, which is self-relative. */
  readonly size: number;
}

/** @throws WacsError StorageError when the text is none. */
export function parseSddl(sddl: string, what: string): SecurityDescriptor {
  const out = nativeBuffer();
  const size = nativeBuffer();
  const parse = advapi32().ConvertStringSecurityDescriptorToSecurityDescriptorW;
  if (parse(wideString(sddl), sddlRevision, out, size) === 0) {
    const name = 'ConvertStringSecurityDescriptorToSecurityDescriptorW';
    throw win32Error(what, name, lastError());
  }
  return { ...localMemory(out.readBigUInt64LE(0)), size: size.readUInt32LE(0) };
}

/** Text of the given parts of a security descriptor. @throws WacsError StorageError. */
export function formatSddl(descriptor: bigint | Buffer, parts: number, what: string): string {
  const text = nativeBuffer();
  const length = nativeBuffer();
  const format = advapi32().ConvertSecurityDescriptorToStringSecurityDescriptorW;
  if (format(descriptor, sddlRevision, parts, text, length) === 0) {
    const name = 'ConvertSecurityDescriptorToStringSecurityDescriptorW';
    throw win32Error(what, name, lastError());
  }
  using memory = localMemory(text.readBigUInt64LE(0));
  const characters = toBuffer(memory.handle, length.readUInt32LE(0) * 2).toString('utf16le');
  return characters.replace(/\0.*$/s, '');
}
