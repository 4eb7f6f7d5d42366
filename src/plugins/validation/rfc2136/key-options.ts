import { WacsError } from '../../../core/errors.ts';
import type { PluginOptions } from '../../../core/renewal.ts';
import { looksLikeReference } from '../../../core/secret-reference.ts';
import { requiredText } from '../../../core/stored-options.ts';
import { type TsigHash, tsigHashes } from './tsig.ts';

/** Hash of keys that are made today (RFC 8945 section 6; `tsig-keygen` of BIND). */
export const usualHash: TsigHash = 'sha256';

/**
 * Hash of an algorithm as it was given: `hmac-sha256`, and win-acme's `Sha256`. The usual one without any.
 * @throws WacsError UsageError.
 */
export function givenHash(text: string | undefined): TsigHash {
  if (text === undefined) return usualHash;
  const hash = hashIn(text);
  if (hash !== undefined) return hash;
  throw new WacsError('UsageError', `--tsigkeyalgorithm "${text}" is not known`, {
    hint: `Choose one of: ${tsigHashes.map((one) => `hmac-${one}`).join(', ')}.`,
  });
}

/** Hash in stored options. @throws WacsError ConfigurationError. */
export function storedHash(options: PluginOptions): TsigHash {
  const text = requiredText(options, 'tsigKeyAlgorithm');
  const hash = hashIn(text);
  if (hash !== undefined) return hash;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "${options.plugin}": field "tsigKeyAlgorithm" is "${text}", which is not known`,
  );
}

/** The name of a key is a name of the DNS. @throws WacsError UsageError. */
export function requireKeyName(name: string): string {
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length <= 253 && labels.every((label) => /^[!-~]{1,63}$/.test(label))) return name;
  throw new WacsError('UsageError', `--tsigkeyname "${name}" is not the name of a key`, {
    hint: 'Give it as the server has it, without quotes.',
  });
}

/** A secret that can be used, or a reference to the vault. @throws WacsError UsageError. */
export function requireSecret(text: string): string {
  if (looksLikeReference(text) || bytesIn(text) !== undefined) return text;
  throw new WacsError('UsageError', 'the value of --tsigkeysecret is not base64', {
    hint: 'Give the secret as it stands in the key { } block of the server.',
  });
}

/** Bytes of a secret. @throws WacsError ConfigurationError when it is not base64, as one from the vault may be. */
export function secretBytes(text: string): Uint8Array {
  const bytes = bytesIn(text);
  if (bytes !== undefined) return bytes;
  throw new WacsError('ConfigurationError', 'the secret of the TSIG key is not base64', {
    hint: 'Put the secret into the vault as it stands in the key { } block of the server.',
  });
}

function bytesIn(text: string): Uint8Array | undefined {
  const plain = text.trim();
  if (plain === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return undefined;
  const bytes = Buffer.from(plain, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === plain.replace(/=+$/, '') ? bytes : undefined;
}

function hashIn(text: string): TsigHash | undefined {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/^hmac/, '');
  // The name of the oldest one goes on: hmac-md5.sig-alg.reg.int.
  return tsigHashes.find((hash) => plain === hash || (hash === 'md5' && plain === 'md5sigalgregint'));
}
