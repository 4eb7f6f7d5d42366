import { WacsError } from '../core/errors.ts';
import { looksLikeReference, parseReference, type SecretReference } from '../core/secret-reference.ts';
import { type SecretProtection, storedForm } from '../storage/secrets.ts';
import { pluginDefaults } from '../storage/settings-values.ts';
import { type Foundation, onWindows, systemRoot } from './foundation.ts';
import { lazyProcesses } from './processes.ts';
import { openVault } from './vault.ts';

/** Reads secrets; no output shows them from then on. */
export interface SecretReader {
  /** A secret in its stored form, or the reference to it. @throws WacsError ConfigurationError, ScriptFailed. */
  stored(text: string): Promise<string>;
  /** A secret as the command line gives it: the text itself, or a reference. */
  given(text: string): Promise<string>;
  /** A secret as settings have it: the text itself, in a stored form, or a reference. */
  written(text: string): Promise<string>;
}

/** What secrets are read with. */
type Parts = Pick<Foundation, 'secrets' | 'settings' | 'paths' | 'files' | 'log' | 'clock' | 'signal' | 'redactor'>;

const vaults = ['json', 'script', 'environment'];

/** Refuses what is meant as a reference and is none, before it is stored. @throws WacsError UsageError. */
export function protectGiven(plain: string, secrets: SecretProtection): string {
  if (looksLikeReference(plain) && !isKnown(parseReference(plain)))
    throw new WacsError('UsageError', 'a secret begins with vault:// and refers to no vault there is', {
      hint: howToRefer,
    });
  return secrets.protect(plain);
}

/** Reads secrets of all forms; the vaults are opened when the first of their secrets is wanted, each secret once. */
export function createSecretReader(parts: Parts): SecretReader {
  const found = new Map<string, Promise<string>>();
  const refer = (reference: string): Promise<string> => {
    const known = found.get(reference) ?? readFromVault(reference, parts);
    found.set(reference, known);
    return known;
  };
  const stored = async (text: string): Promise<string> => {
    // win-acme encrypts references too.
    const plain = looksLikeReference(text) ? text : parts.secrets.reveal(text);
    const secret = looksLikeReference(plain) ? await refer(plain) : plain;
    parts.redactor.add(secret);
    return secret;
  };
  return {
    stored,
    given: async (text) => (looksLikeReference(text) ? stored(text) : text),
    written: (text) => stored(storedForm(text)),
  };
}

const howToRefer = 'Known are vault://json/KEY, vault://script/KEY and vault://environment/NAME.';

function isKnown(reference: SecretReference | undefined): boolean {
  return reference !== undefined && vaults.includes(reference.vault);
}

async function readFromVault(text: string, parts: Parts): Promise<string> {
  const reference = parseReference(text);
  if (reference?.vault === 'json') return (await openVault(parts)).read(reference.key);
  if (reference?.vault === 'environment') return readFromEnvironment(reference.key);
  if (reference?.vault === 'script') return readFromScript(reference.key, parts);
  throw new WacsError('ConfigurationError', `"${text}" refers to no vault there is`, { hint: howToRefer });
}

function readFromEnvironment(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new WacsError('ConfigurationError', `the environment variable ${name} is not set, which holds a secret`, {
    hint: 'Set it for the account that runs wacs; the scheduled task runs as SYSTEM, which has the variables of the machine.',
  });
}

async function readFromScript(key: string, parts: Parts): Promise<string> {
  const { Get, GetArguments } = parts.settings.Secrets.Script;
  if (Get === null) {
    throw new WacsError('ConfigurationError', `the secret vault://script/${key} needs the setting Secrets.Script.Get`, {
      hint: 'Set it to the script or program that prints the secrets.',
    });
  }
  const vault = { script: Get, parameters: GetArguments, hide: parts.redactor.add };
  return (await import('../plugins/script-vault.ts')).readFromScript(key, vault, {
    ...parts,
    processes: lazyProcesses(parts.signal, 'ScriptFailed'),
    defaults: pluginDefaults(parts.settings),
    platform: onWindows ? 'win32' : 'posix',
    systemRoot: onWindows ? systemRoot : undefined,
  });
}
