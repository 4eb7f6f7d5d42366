import { WacsError } from '../core/errors.ts';
import { looksLikeReference } from '../core/secret-reference.ts';

/** Protection by the system: DPAPI on Windows. */
export interface SystemProtection {
  protect(plain: Uint8Array): Uint8Array;
  unprotect(blob: Uint8Array): Uint8Array;
}

/** Turns secrets into their stored form and back. */
export interface SecretProtection {
  /** A reference to the vault is no secret and stays as it is. */
  protect(plain: string): string;
  /** @throws WacsError ConfigurationError when the stored form cannot be read here. */
  reveal(stored: string): string;
  /** True for two protected texts that hide the same secret; protecting twice gives two texts. One unreadable is another. */
  isSame(left: unknown, right: unknown): boolean;
  /** True when `protect` would give this form; a reference is in every form. */
  isInForm(stored: string): boolean;
}

/** How secrets are stored. */
export interface SecretProtectionOptions {
  /** False keeps them in the clear although the system could protect them. */
  readonly encrypt?: boolean;
}

const encrypted = 'enc-';
const clear = 'clear-';

/** What helps when secrets have come from another machine. */
export const movingHint =
  'Secrets are bound to the machine that stored them. To move them: on that machine set Security.EncryptConfig to false in settings.json, run wacs --encrypt, and copy the state folder again.';

/**
 * Stored secrets in win-acme's form: `enc-` with a DPAPI blob in base64, or `clear-` where the system has none or is not
 * to be used. Also read is base64 alone, in which win-acme stores what it does not encrypt.
 */
export function createSecretProtection(
  system: SystemProtection | undefined,
  { encrypt = true }: SecretProtectionOptions = {},
): SecretProtection {
  const encrypting = encrypt ? system : undefined;
  return {
    protect(plain) {
      if (looksLikeReference(plain)) return plain;
      if (encrypting === undefined) return clear + plain;
      return encrypted + Buffer.from(encrypting.protect(Buffer.from(plain))).toString('base64');
    },
    reveal: (stored) => reveal(stored, system),
    isSame: (left, right) => hasPrefix(left) && typeof right === 'string' && hideSame(left, right, system),
    isInForm: (stored) => looksLikeReference(stored) || stored.startsWith(encrypting === undefined ? clear : encrypted),
  };
}

/** A secret as an administrator writes it into settings: the text itself, in a stored form, or a reference. */
export function storedForm(written: string): string {
  return hasPrefix(written) || looksLikeReference(written) ? written : clear + written;
}

/** A secret that cannot be read any more is replaced by giving it again: that must not fail on the old one. */
function hideSame(left: string, right: string, system: SystemProtection | undefined): boolean {
  try {
    return reveal(left, system) === reveal(right, system);
  } catch {
    return false;
  }
}

function hasPrefix(value: unknown): value is string {
  return typeof value === 'string' && (value.startsWith(encrypted) || value.startsWith(clear));
}

function reveal(stored: string, system: SystemProtection | undefined): string {
  if (stored.startsWith(clear)) return stored.slice(clear.length);
  if (!stored.startsWith(encrypted)) {
    const text = fromBase64(stored);
    if (text !== undefined) return text;
    throw undecipherable('it is in no known form (enc-, clear- or base64)');
  }
  if (system === undefined) throw undecipherable('Windows has encrypted it on another machine');
  try {
    return Buffer.from(system.unprotect(Buffer.from(stored.slice(encrypted.length), 'base64'))).toString('utf8');
  } catch (cause) {
    throw undecipherable('Windows refused to decrypt it; it was encrypted on another machine, or is damaged', cause);
  }
}

/** Only what is base64 of plain text beyond doubt: a password somebody wrote without a prefix must not be misread. */
function fromBase64(stored: string): string | undefined {
  const bytes = Buffer.from(stored, 'base64');
  if (bytes.toString('base64') !== stored) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[^\P{Cc}\t\r\n]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function undecipherable(reason: string, cause?: unknown): WacsError {
  return new WacsError('ConfigurationError', `cannot read a stored secret: ${reason}`, {
    hint: `${movingHint} Or give the secret again: create the renewal anew with the same --id.`,
    cause,
  });
}
