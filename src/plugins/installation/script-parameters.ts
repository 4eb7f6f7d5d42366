import { WacsError } from '../../core/errors.ts';

/** win-acme's numbered placeholders, `{0}` to `{7}`. */
const numbered = [
  'CertCommonName',
  'CachePassword',
  'CacheFile',
  'StorePath',
  'CertFriendlyName',
  'CertThumbprint',
  'CacheFolder',
  'RenewalId',
] as const;

/** Names that may stand in braces. */
export type Placeholder =
  | (typeof numbered)[number]
  | 'StoreType'
  | 'OldCertCommonName'
  | 'OldCertFriendlyName'
  | 'OldCertThumbprint';

/** A value for each placeholder. */
export type PlaceholderValues = Readonly<Record<Placeholder, string>>;

/** True when the parameters need a PFX file, which is only made then. */
export function usesCachedPfx(template: string): boolean {
  return /\{(1|2|6|CachePassword|CacheFile|CacheFolder)\}/.test(template);
}

/** Arguments for the script: the template is split first, so that no value can ever become two arguments. */
export function fillPlaceholders(template: string, values: PlaceholderValues): readonly string[] {
  return splitParameters(template).map((part) =>
    part.replace(/\{([A-Za-z]+|[0-7])\}/g, (whole, name: string) => lookUp(name, values) ?? whole),
  );
}

/**
 * Splits parameters at blanks; double quotes, or single ones as for PowerShell, keep blanks together.
 * @throws WacsError UsageError for a quote that is not closed.
 */
export function splitParameters(text: string): readonly string[] {
  const parts: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const match = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest);
    if (match === null || (match[0].length < rest.length && !/^\s/.test(rest.slice(match[0].length)))) {
      throw new WacsError('UsageError', `--scriptparameters has a quote that is not closed: ${rest}`);
    }
    parts.push(
      match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
    );
    rest = rest.slice(match[0].length).trimStart();
  }
  return parts;
}

function lookUp(name: string, values: PlaceholderValues): string | undefined {
  const key = /^\d$/.test(name) ? numbered[Number(name)] : name;
  return key !== undefined && Object.hasOwn(values, key) ? values[key as Placeholder] : undefined;
}
