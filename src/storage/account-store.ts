import { dirname } from 'node:path';
import * as v from 'valibot';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import type { AccountStore } from '../core/stores.ts';
import { dateSchema, formatStateFile, readStateFile, versionField } from './json-file.ts';
import { movingHint, type SecretProtection } from './secrets.ts';
import type { AccountPaths } from './state-paths.ts';

const accountSchema = v.looseObject({
  schemaVersion: versionField,
  url: v.exactOptional(v.string()),
  contact: v.array(v.string()),
  termsOfService: v.exactOptional(v.string()),
  key: v.string(),
  pendingKey: v.exactOptional(v.looseObject({ key: v.string(), since: dateSchema })),
  deactivatedAt: v.exactOptional(dateSchema),
});

/** One account as a file; its keys are protected. */
export function createAccountStore(paths: AccountPaths, files: FileStore, secrets: SecretProtection): AccountStore {
  const { file } = paths;
  return {
    async read() {
      const stored = await readStateFile(files, file, accountSchema);
      if (stored === undefined) return undefined;
      const { key, schemaVersion: _, pendingKey, ...rest } = stored;
      const keyPem = revealKey(key, file, secrets);
      if (pendingKey === undefined) return { ...rest, keyPem };
      const { key: pending, ...more } = pendingKey;
      return { ...rest, keyPem, pendingKey: { ...more, keyPem: revealKey(pending, file, secrets) } };
    },
    async write({ keyPem, pendingKey, ...rest }) {
      const content = { ...rest, key: secrets.protect(keyPem), ...protectPending(pendingKey, secrets) };
      await files.ensureFolder(dirname(file), { private: true });
      await files.writeAtomic(file, formatStateFile(content), { private: true });
    },
    async setAside(date) {
      const copy = `${paths.aside}-${date.toISOString().replace(/[-:.]/g, '')}.json`;
      const text = await files.readText(file);
      if (text === undefined) throw new WacsError('StorageError', `${file} is gone and cannot be set aside`);
      await files.ensureFolder(dirname(copy), { private: true });
      await files.writeAtomic(copy, text, { private: true });
      return copy;
    },
  };
}

function protectPending(
  pending: { readonly keyPem: string } | undefined,
  secrets: SecretProtection,
): { pendingKey?: object } {
  if (pending === undefined) return {};
  const { keyPem, ...rest } = pending;
  return { pendingKey: { ...rest, key: secrets.protect(keyPem) } };
}

/** The key cannot be given again as a password can: what helps is a new account. */
function revealKey(stored: string, path: string, secrets: SecretProtection): string {
  try {
    return secrets.reveal(stored);
  } catch (cause) {
    const { code, message } = toWacsError(cause);
    throw new WacsError(code, `the account key in ${path}: ${message}`, {
      hint: `${movingHint} Or delete that file and register again: --register --accepttos, with a copy of the key as --accountkey FILE if there is one. Renewals and certificates are kept.`,
      cause,
    });
  }
}
