/** Names that Windows keeps for devices, with any extension (MS docs: Naming Files, Paths, and Namespaces). */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/;

/**
 * The name of an account as it is stored: lower case, because it is a file name and file names on Windows know no case.
 * @returns undefined for a text that no file can be named by everywhere
 */
export function accountName(text: string): string | undefined {
  const name = text.toLowerCase();
  const usable = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$/.test(name);
  return usable && !deviceName.test(name) ? name : undefined;
}
