import type { ParsedArguments } from '../cli/parse.ts';
import type { Clock, FileStore, Log } from '../core/ports.ts';
import type { Renewal } from '../core/renewal.ts';
import type { RenewalStore } from '../core/stores.ts';
import type { Redactor } from '../log/redact.ts';
import type { Console } from '../platform/console.ts';
import type { SecretProtection } from '../storage/secrets.ts';
import type { Settings } from '../storage/settings.ts';
import type { StatePaths } from '../storage/state-paths.ts';
import type { SecretReader } from './secret-reader.ts';

/** What only the running process can give. */
export interface ProcessParts {
  readonly console: Console;
  readonly redactor: Redactor;
  /** Aborted with a WacsError Interrupted by Ctrl+C and its kin. */
  readonly signal: AbortSignal;
}

/** The parts every wiring step below starts from. */
export interface Foundation extends ProcessParts {
  readonly args: ParsedArguments;
  readonly clock: Clock;
  readonly files: FileStore;
  readonly secrets: SecretProtection;
  readonly secretReader: SecretReader;
  readonly settings: Settings;
  /** The settings of the run with those of the renewal's own file. */
  readonly settingsOf: (renewal: Renewal) => Settings;
  readonly baseUri: string;
  readonly paths: StatePaths;
  readonly renewals: RenewalStore;
  readonly log: Log;
  /** Seconds after which the run ends by itself. */
  readonly limitSeconds: number;
}

export const onWindows = process.platform === 'win32';
export const systemRoot = process.env.SystemRoot ?? 'C:\\Windows';

/** The CA of a run: the one named, the settings' staging one, or the settings' default. */
export function baseUriOf({ values, given }: ParsedArguments, { Acme }: Settings): string {
  if (given.includes('baseuri')) return values.text('baseuri') ?? Acme.DefaultBaseUri;
  return values.flag('test') ? Acme.DefaultBaseUriTest : Acme.DefaultBaseUri;
}
