import { toBuffer } from 'node:ffi';
import { nativeBuffer, wideString, win32, win32Error } from './library.ts';

/**
 * Owner Administrators; protected from inheritance; full access for SYSTEM and Administrators, inherited by everything
 * below. The owner is set too, because an owner may always change the list.
 */
const administratorsOnly = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';

const sddlRevision = 1;
const fileObject = 1;
const ownerInformation = 0x1;
const daclInformation = 0x4;
const protectedDacl = 0x8000_0000;

/**
 * Lets only SYSTEM and Administrators into a folder or file, and into everything below a folder.
 * @throws WacsError AccessDenied, StorageError
 */
export function restrictToAdministrators(path: string): void {
  const what = `cannot restrict "${path}" to administrators`;
  const descriptor = parseSddl(administratorsOnly, what);
  try {
    const { owner, dacl } = partsOf(descriptor, what);
    const parts = (ownerInformation | daclInformation | protectedDacl) >>> 0;
    const code = win32.advapi32.SetNamedSecurityInfoW(wideString(path), fileObject, parts, owner, 0n, dacl, 0n);
    if (code !== 0) throw win32Error(what, 'SetNamedSecurityInfoW', code);
  } finally {
    win32.kernel32.LocalFree(descriptor);
  }
}

/**
 * Owner and access list in the security descriptor definition language (MS-DTYP section 2.5.1).
 * @throws WacsError AccessDenied, StorageError
 */
export function readSddl(path: string): string {
  const what = `cannot read the permissions of "${path}"`;
  const out = nativeBuffer();
  const parts = ownerInformation | daclInformation;
  const code = win32.advapi32.GetNamedSecurityInfoW(wideString(path), fileObject, parts, 0n, 0n, 0n, 0n, out);
  if (code !== 0) throw win32Error(what, 'GetNamedSecurityInfoW', code);
  const descriptor = out.readBigUInt64LE(0);
  try {
    return formatSddl(descriptor, what);
  } finally {
    win32.kernel32.LocalFree(descriptor);
  }
}

function parseSddl(sddl: string, what: string): bigint {
  const out = nativeBuffer();
  const parse = win32.advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW;
  if (parse(wideString(sddl), sddlRevision, out, 0n) === 0) {
    const name = 'ConvertStringSecurityDescriptorToSecurityDescriptorW';
    throw win32Error(what, name, win32.kernel32.GetLastError());
  }
  return out.readBigUInt64LE(0);
}

function partsOf(descriptor: bigint, what: string): { readonly owner: bigint; readonly dacl: bigint } {
  const owner = nativeBuffer();
  const dacl = nativeBuffer();
  const flag = nativeBuffer();
  if (win32.advapi32.GetSecurityDescriptorOwner(descriptor, owner, flag) === 0) {
    throw win32Error(what, 'GetSecurityDescriptorOwner', win32.kernel32.GetLastError());
  }
  if (win32.advapi32.GetSecurityDescriptorDacl(descriptor, flag, dacl, nativeBuffer()) === 0) {
    throw win32Error(what, 'GetSecurityDescriptorDacl', win32.kernel32.GetLastError());
  }
  return { owner: owner.readBigUInt64LE(0), dacl: dacl.readBigUInt64LE(0) };
}

function formatSddl(descriptor: bigint, what: string): string {
  const text = nativeBuffer();
  const length = nativeBuffer();
  const parts = ownerInformation | daclInformation;
  const format = win32.advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW;
  if (format(descriptor, sddlRevision, parts, text, length) === 0) {
    const name = 'ConvertSecurityDescriptorToStringSecurityDescriptorW';
    throw win32Error(what, name, win32.kernel32.GetLastError());
  }
  const pointer = text.readBigUInt64LE(0);
  const characters = toBuffer(pointer, length.readUInt32LE(0) * 2).toString('utf16le');
  win32.kernel32.LocalFree(pointer);
  return characters.replace(/\0.*$/s, '');
}
