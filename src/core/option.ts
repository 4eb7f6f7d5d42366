/** Type of an option's value. `flag` is given by presence; `list` is separated by commas. */
export type OptionType = 'text' | 'list' | 'flag' | 'integer';

/** Heading under which help and reference list an option. */
export type OptionGroup =
  | 'main'
  | 'account'
  | 'task'
  | 'secrets'
  | 'check'
  | 'output'
  | 'source'
  | 'order'
  | 'validation'
  | 'csr'
  | 'store'
  | 'installation';

/** One argument: parser, validation, hints, help, reference and redaction are all made from this. */
export interface OptionDefinition {
  /** Lower case, as typed after `--`. */
  readonly name: string;
  readonly type: OptionType;
  readonly group: OptionGroup;
  readonly description: string;
  /** Word for the value in help, such as `DIR`. */
  readonly valueName?: string;
  /** Default as text, for help and as the value when the option is absent. */
  readonly default?: string;
  /** The default on Windows, where it is another one. */
  readonly windowsDefault?: string;
  /** The value is masked wherever a command line is shown. */
  readonly secret?: boolean;
  /** Allowed values, lower case. */
  readonly values?: readonly string[];
  /** Smallest and largest integer. */
  readonly range?: readonly [number, number];
  /** Names that must not be given together with this one. */
  readonly excludes?: readonly string[];
  /** Names of which at least one must be given together with this one. */
  readonly needs?: readonly string[];
  /** Starts a command of its own; exactly one command may be given. */
  readonly command?: boolean;
  /** Older spellings that still work. */
  readonly aliases?: readonly string[];
  /** Kept out of `--help`, such as names kept for win-acme's sake that have no effect. */
  readonly obsolete?: boolean;
}
