import { dirname } from 'node:path';
import * as v from 'valibot';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import type { AccountStore } from '../core/stores.ts';
import { formatStateFile, readStateFile, versionField } from './json-file.ts';
import type { SecretProtection } from './secrets.ts';

const accountSchema = v.looseObject({
  schemaVersion: versionField,
  url: v.exactOptional(v.string()),
  contact: v.array(v.string()),
  termsOfService: v.exactOptional(v.string()),
  key: v.string(),
});

/** The account of one CA in `account.json`; its key is protected. */
export function createAccountStore(path: string, files: FileStore, secrets: SecretProtection): AccountStore {
  return {
    async read() {
      const stored = await readStateFile(files, path, accountSchema);
      if (stored === undefined) return undefined;
      const { key, schemaVersion: _, ...rest } = stored;
      return { ...rest, keyPem: revealKey(key, path, secrets) };
    },
    async write({ keyPem, ...rest }) {
      await files.ensureFolder(dirname(path), { private: true });
      await files.writeAtomic(path, formatStateFile({ ...rest, key: secrets.protect(keyPem) }), { private: true });
    },
  };
}

/** The key cannot be given again as a password can: what helps is a new account. */
function revealKey(stored: string, path: string, secrets: SecretProtection): string {
  try {
    return secrets.reveal(stored);
  } catch (cause) {
    const { code, message } = toWacsError(cause);
    throw new WacsError(code, `the account key in ${path}: ${message}`, {
      hint: 'Delete that file, then register a new account: --register --accepttos. Renewals and certificates are kept.',
      cause,
    });
  }
}
