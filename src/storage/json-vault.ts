import { dirname } from 'node:path';
import * as v from 'valibot';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import { formatStateFile, readStateFile, versionField } from './json-file.ts';
import { movingHint, type SecretProtection } from './secrets.ts';

const entrySchema = v.looseObject({ Key: v.string(), Secret: v.string() });
const entriesSchema = v.array(entrySchema);

/** Ours; that of simple-acme, which has no version; and that of win-acme, which is the list alone. */
const vaultSchema = v.union(
  [entriesSchema, v.looseObject({ schemaVersion: v.exactOptional(versionField), Entries: entriesSchema })],
  'must have "Entries", each with a "Key" and a "Secret"',
);

type Entry = v.InferOutput<typeof entrySchema>;

/** Secrets under keys in one file, each protected; keys know no upper and lower case. */
export interface JsonVault {
  /** @throws WacsError ConfigurationError when there is none, or when it cannot be read here. */
  read(key: string): Promise<string>;
  /** Stores a secret in place of the one under the same key; true when there was one. */
  store(key: string, secret: string): Promise<boolean>;
  /** False when there was none. */
  remove(key: string): Promise<boolean>;
}

/** The vault as a file; what is not understood in it survives. */
export function createJsonVault(path: string, files: FileStore, secrets: SecretProtection): JsonVault {
  const load = async (): Promise<{ entries: readonly Entry[]; others: object }> => {
    const content = await readStateFile(files, path, vaultSchema);
    if (content === undefined) return { entries: [], others: {} };
    if (Array.isArray(content)) return { entries: content, others: {} };
    const { Entries, schemaVersion: _, ...others } = content;
    return { entries: Entries, others };
  };
  const save = async (entries: readonly Entry[], others: object): Promise<void> => {
    await files.ensureFolder(dirname(path), { private: true });
    await files.writeAtomic(path, formatStateFile({ ...others, Entries: entries }), { private: true });
  };
  return {
    async read(key) {
      const { entries } = await load();
      const entry = entries.find((one) => isSameKey(one.Key, key));
      if (entry === undefined) throw absent(key, path);
      return revealEntry(entry, path, secrets);
    },
    async store(key, secret) {
      const { entries, others } = await load();
      const protectedSecret = secrets.protect(secret);
      const known = entries.some((one) => isSameKey(one.Key, key));
      const replaced = entries.map((one) => (isSameKey(one.Key, key) ? { ...one, Secret: protectedSecret } : one));
      await save(known ? replaced : [...entries, { Key: key, Secret: protectedSecret }], others);
      return known;
    },
    async remove(key) {
      const { entries, others } = await load();
      const rest = entries.filter((one) => !isSameKey(one.Key, key));
      if (rest.length === entries.length) return false;
      await save(rest, others);
      return true;
    },
  };
}

function isSameKey(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function absent(key: string, path: string): WacsError {
  return new WacsError('ConfigurationError', `there is no secret "${key}" in the vault ${path}`, {
    hint: `Store it: wacs --vaultstore --vaultkey ${key} --vaultsecret -`,
  });
}

function revealEntry({ Key, Secret }: Entry, path: string, secrets: SecretProtection): string {
  try {
    return secrets.reveal(Secret);
  } catch (cause) {
    const { code, message } = toWacsError(cause);
    throw new WacsError(code, `the secret "${Key}" in the vault ${path}: ${message}`, {
      hint: `${movingHint} Or store it again: wacs --vaultstore --vaultkey ${Key} --vaultsecret -`,
      cause,
    });
  }
}
