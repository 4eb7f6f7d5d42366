import type { RunContext, WritableVault } from '../cli/run-context.ts';
import { WacsError } from '../core/errors.ts';
import { planSecrets, valueAt } from '../core/plan-secrets.ts';
import type { Reprotection } from '../core/reprotection.ts';
import { pluginRegistry } from '../plugins/registry.ts';
import type { SecretPlaces } from '../storage/secret-files.ts';
import { type Foundation, onWindows } from './foundation.ts';
import { protectGiven } from './secret-reader.ts';
import { openVault, vaultPath } from './vault.ts';

/** What is said where settings want what the system cannot do. */
export const cannotEncrypt =
  'Security.EncryptConfig is true, but only Windows can encrypt stored secrets: they are kept in the clear, in files that only their owner can read';

/** What commands do with secrets. */
export function wireSecrets(
  foundation: Foundation,
): Pick<RunContext, 'protectSecret' | 'revealSecret' | 'revealGiven' | 'vault' | 'readSecretLine' | 'reprotect'> {
  const { secrets, secretReader } = foundation;
  return {
    protectSecret: (plain) => protectGiven(plain, secrets),
    revealSecret: secretReader.stored,
    revealGiven: secretReader.given,
    vault: () => writableVault(foundation),
    readSecretLine: () => readSecretLine(foundation),
    reprotect: () => reprotectAll(foundation),
  };
}

/** Where everything is; win-acme's names where it has them. */
export function placesOf({ paths, settings }: Foundation): Readonly<Record<string, string>> {
  return {
    StatePath: paths.root,
    ConfigurationPath: paths.authority,
    SettingsPath: paths.settings,
    AuthoritySettingsPath: paths.authoritySettings,
    LogPath: paths.log,
    CachePath: paths.certificates,
    StatusPath: paths.status,
    HealthPath: paths.health,
    VaultPath: vaultPath({ settings, paths }),
    ExecutablePath: process.execPath,
  };
}

async function writableVault(foundation: Foundation): Promise<WritableVault> {
  const { store, remove } = await openVault(foundation);
  return { path: vaultPath(foundation), store, remove };
}

async function readSecretLine({ signal, redactor }: Foundation): Promise<string> {
  const { readInputLine } = await import('../platform/standard-input.ts');
  const line = await readInputLine(signal).catch((error: unknown) => {
    const atLimit = error === signal.reason && error instanceof WacsError && error.code === 'AcmeTimeout';
    throw atLimit ? nothingToRead('has said nothing within the limit of the run') : error;
  });
  if (line.kind === 'terminal') throw nothingToRead('is a terminal here, and wacs asks nobody');
  if (line.kind === 'empty') throw nothingToRead('has nothing in it');
  if (line.kind === 'unreadable') {
    throw new WacsError('UsageError', 'standard input is not text in UTF-8 or UTF-16', {
      hint: 'Save the file with the secret in UTF-8.',
    });
  }
  if (line.text === '')
    throw new WacsError('UsageError', 'the first line of standard input is empty', { hint: howToFeed });
  redactor.add(line.text);
  return line.text;
}

const howToFeed = 'Give the secret on the first line: wacs ... --vaultsecret - < FILE';

function nothingToRead(why: string): WacsError {
  return new WacsError('InputRequired', `the secret is to be read from standard input, which ${why}`, {
    hint: howToFeed,
  });
}

async function reprotectAll({ paths, settings, files, secrets }: Foundation): Promise<Reprotection> {
  const wished = settings.Security.EncryptConfig;
  if (wished === true && !onWindows) {
    throw new WacsError(
      'UnsupportedPlatform',
      'Security.EncryptConfig is true, but only Windows can encrypt stored secrets',
      {
        hint: 'Set it to false, or leave it out.',
      },
    );
  }
  const { reprotect } = await import('../storage/reprotect.ts');
  return reprotect({
    root: paths.root,
    vault: vaultPath({ settings, paths }),
    files,
    secrets,
    encrypted: wished ?? onWindows,
    placesInRenewal,
  });
}

function placesInRenewal(content: unknown): SecretPlaces {
  const { places, unknownPlugins } = planSecrets(valueAt(content, ['plan']), pluginRegistry);
  return {
    places: places.map((place) => ['plan', ...place]),
    doubts: unknownPlugins.map((name) => `the plugin ${name} is not known: its secrets were not looked for`),
  };
}
