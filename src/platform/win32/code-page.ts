import { kernel32 } from './kernel32.ts';
import { lastError, nativeBuffer, win32Error } from './library.ts';

/**
 * Text that a console program (schtasks, netsh) wrote into a pipe, which is in the OEM code page of the system.
 * @param codePage another code page, such as 850
 * @throws WacsError StorageError when the system does not know the code page
 */
export function decodeConsoleBytes(bytes: Uint8Array, codePage: number = kernel32().GetOEMCP()): string {
  if (bytes.length === 0) return '';
  const input = nativeBuffer(bytes.length);
  input.set(bytes);
  const convert = (target: Buffer | bigint, size: number): number =>
    kernel32().MultiByteToWideChar(codePage, 0, input, bytes.length, target, size);
  const length = convert(0n, 0);
  const output = nativeBuffer(length * 2);
  if (length === 0 || convert(output, length) === 0) {
    const what = `cannot decode console output in code page ${codePage}`;
    throw win32Error(what, 'MultiByteToWideChar', lastError());
  }
  return output.toString('utf16le', 0, length * 2);
}
