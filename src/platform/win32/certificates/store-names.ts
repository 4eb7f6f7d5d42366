import type { StoreOwner } from '../../../core/certificate-store.ts';
import { advapi32 } from '../advapi32.ts';
import { nativeBuffer, wideString } from '../library.ts';
import { owned } from '../owned.ts';

/** HKEY_CURRENT_USER and HKEY_LOCAL_MACHINE, 32-bit numbers extended by their sign. */
const roots: Readonly<Record<StoreOwner, bigint>> = {
  user: 0xffff_ffff_8000_0001n,
  machine: 0xffff_ffff_8000_0002n,
};
const storesKey = 'Software\\Microsoft\\SystemCertificates';
const enumerateSubKeys = 0x8;
const longestName = 256;

/** Names of the certificate stores of the machine or the user, sorted; `My` at least. Reads the registry. */
export function storeNames(owner: StoreOwner): readonly string[] {
  const out = nativeBuffer();
  if (advapi32().RegOpenKeyExW(roots[owner], wideString(storesKey), 0, enumerateSubKeys, out) !== 0) return ['My'];
  using key = owned(out.readBigUInt64LE(0), (handle) => advapi32().RegCloseKey(handle));
  const names = new Map([['my', 'My']]);
  for (let index = 0; ; index += 1) {
    const name = subKey(key.handle, index);
    if (name === undefined) break;
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()].sort();
}

function subKey(key: bigint, index: number): string | undefined {
  const name = nativeBuffer(longestName * 2);
  const length = nativeBuffer();
  length.writeUInt32LE(longestName, 0);
  if (advapi32().RegEnumKeyExW(key, index, name, length, 0n, 0n, 0n, 0n) !== 0) return undefined;
  return name.toString('utf16le', 0, length.readUInt32LE(0) * 2);
}

/** First part of the version of IIS, such as 10; undefined without IIS. */
export function iisMajorVersion(): number | undefined {
  const onlyDoubleWord = 0x10;
  const value = nativeBuffer();
  const size = nativeBuffer();
  size.writeUInt32LE(4, 0);
  const path = wideString('Software\\Microsoft\\InetStp');
  const name = wideString('MajorVersion');
  const read = advapi32().RegGetValueW(roots.machine, path, name, onlyDoubleWord, 0n, value, size);
  return read === 0 ? value.readUInt32LE(0) : undefined;
}
