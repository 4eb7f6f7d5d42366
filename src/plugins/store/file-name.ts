import { WacsError } from '../../core/errors.ts';

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** File name for a certificate, as win-acme writes it: the common name with `*` as `_`. */
export function toFileName(commonName: string): string {
  return commonName.replace('*', '_').replaceAll(':', '-');
}

/** Refuses a name that is no plain file name on Windows. @throws WacsError UsageError. */
export function requireFileName(option: string, name: string): string {
  const forbidden = /[<>:"/\\|?*\u0000-\u001f]|[. ]$/.test(name) || reserved.test(name) || name === '';
  if (!forbidden) return name;
  throw new WacsError('UsageError', `--${option} "${name}" is not usable as a file name`, {
    hint: 'Give a name without folder, without < > : " / \\ | ? * and without an ending.',
  });
}
