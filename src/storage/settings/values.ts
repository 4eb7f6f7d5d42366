import * as v from 'valibot';

/**
 * Where a setting counts: only in the `settings.json` of the state folder, which holds for all CAs; also in that of one
 * CA's folder; also in the `settings` of one renewal.
 */
export type SettingScope = 'all' | 'authority' | 'renewal';

/** What is known of a setting beside its type, default and meaning. */
export interface SettingTraits {
  /** The narrowest place that may set it; `authority` unless told. */
  readonly scope?: SettingScope;
  /** A password or key: the text itself, in one of the stored forms, or a reference to the vault. */
  readonly secret?: boolean;
  /** The default in words, where no value can say it. */
  readonly defaultText?: string;
}

/**
 * A key of `settings.json`. Parser, reference in the README and JSON schema are made from it; one without a meaning
 * fails the tests.
 * @param meaning what it does, with the unit; without a final stop
 */
export function setting<const Schema extends v.GenericSchema, const Default extends v.InferInput<Schema>>(
  schema: Schema,
  fallback: Default,
  meaning: string,
  traits: SettingTraits = {},
) {
  return v.optional(v.pipe(schema, v.description(meaning), v.metadata({ ...traits })), fallback);
}

/** A key that is `null` until it is set. */
export function optionalSetting<const Schema extends v.GenericSchema>(
  schema: Schema,
  meaning: string,
  traits: SettingTraits = {},
) {
  return setting(v.nullable(schema), null, meaning, { defaultText: 'none', ...traits });
}

/** A whole number within bounds. */
export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.integer(`must be a whole number from ${min} to ${max}`),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

/** A time span `HH:mm:ss`, as win-acme writes it. */
export const timeSpan = v.pipe(
  v.string(),
  v.regex(/^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be hours, minutes and seconds, such as 09:00:00'),
);

/** Text on one line. JSON reads `"C:\temp"` as a tab: that must not become a folder. */
export const plainText = v.pipe(
  v.string(),
  v.regex(/^[^\b\t\n\v\f\r]*$/, 'has a control character in it; write each backslash twice, as in "C:\\\\temp"'),
);

/** An absolute address of the web. */
export const webAddress = v.pipe(v.string(), v.url('must be a web address, such as https://ca.example.com/directory'));

/** How a PFX file is encrypted: win-acme's words for it count too. */
export const pfxProtection = v.pipe(
  v.string(),
  v.regex(
    /^(?:[Dd]efault|[Mm]odern|[Ll]egacy|[Aa][Ee][Ss]256|[Ss][Hh][Aa]256)$/,
    'must be default, modern (as are aes256 and sha256) or legacy',
  ),
);
