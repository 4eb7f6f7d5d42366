import { WacsError } from '../core/errors.ts';

/** Protection by the system: DPAPI on Windows. */
export interface SystemProtection {
  protect(plain: Uint8Array): Uint8Array;
  unprotect(blob: Uint8Array): Uint8Array;
}

/** Turns secrets into their stored form and back. */
export interface SecretProtection {
  protect(plain: string): string;
  /** @throws WacsError ConfigurationError when the stored form cannot be read here. */
  reveal(stored: string): string;
  /** True for two protected texts that hide the same secret; protecting twice gives two texts. One unreadable is another. */
  isSame(left: unknown, right: unknown): boolean;
}

const encrypted = 'enc-';
const clear = 'clear-';

/** Stored secrets in win-acme's form: `enc-` with a DPAPI blob in base64, or `clear-` where the system has none. */
export function createSecretProtection(system: SystemProtection | undefined): SecretProtection {
  return {
    protect: (plain) =>
      system === undefined
        ? clear + plain
        : encrypted + Buffer.from(system.protect(Buffer.from(plain))).toString('base64'),
    reveal: (stored) => reveal(stored, system),
    isSame: (left, right) => isProtected(left) && isProtected(right) && hideSame(left, right, system),
  };
}

/** A secret that cannot be read any more is replaced by giving it again: that must not fail on the old one. */
function hideSame(left: string, right: string, system: SystemProtection | undefined): boolean {
  try {
    return reveal(left, system) === reveal(right, system);
  } catch {
    return false;
  }
}

function isProtected(value: unknown): value is string {
  return typeof value === 'string' && (value.startsWith(encrypted) || value.startsWith(clear));
}

function reveal(stored: string, system: SystemProtection | undefined): string {
  if (stored.startsWith(clear)) return stored.slice(clear.length);
  if (!stored.startsWith(encrypted)) throw undecipherable('it has no known prefix (enc- or clear-)');
  if (system === undefined) throw undecipherable('it was protected by Windows on another machine');
  try {
    return Buffer.from(system.unprotect(Buffer.from(stored.slice(encrypted.length), 'base64'))).toString('utf8');
  } catch (cause) {
    throw undecipherable('Windows refused to decrypt it; it was protected on another machine, or is damaged', cause);
  }
}

function undecipherable(reason: string, cause?: unknown): WacsError {
  return new WacsError('ConfigurationError', `cannot read a stored secret: ${reason}`, {
    hint: 'Give the secret again: create the renewal anew with the same --id.',
    cause,
  });
}
