import { join } from 'node:path';
import * as v from 'valibot';
import { WacsError } from '../core/errors.ts';
import type { FileStore, Log } from '../core/ports.ts';
import type { OrderRecord, OrderStore } from '../core/stores.ts';
import { fileNameOf } from './file-id.ts';
import { formatStateFile, readStateFile, versionField } from './json-file.ts';
import type { SecretProtection } from './secrets.ts';

const orderSchema = v.looseObject({
  schemaVersion: versionField,
  url: v.string(),
  planKey: v.string(),
  privateKey: v.exactOptional(v.string()),
});

/** Open orders as files `{id}.order.json`. A record that cannot be read is set aside: the CA's order expires by itself. */
export function createOrderStore(
  folder: string,
  files: FileStore,
  services: { secrets: SecretProtection; log: Log },
): OrderStore {
  const { secrets, log } = services;
  const pathOf = (id: string): string => join(folder, `${fileNameOf(id)}.order.json`);
  return {
    async read(fileId) {
      try {
        const stored = await readStateFile(files, pathOf(fileId), orderSchema);
        return stored === undefined ? undefined : toRecord(stored, secrets);
      } catch (error) {
        if (!(error instanceof WacsError) || error.code !== 'ConfigurationError') throw error;
        log.warning(`${error.message}; ordering anew`);
        return undefined;
      }
    },
    async write(fileId, { url, planKey, privateKeyPem }) {
      const key = privateKeyPem === undefined ? {} : { privateKey: secrets.protect(privateKeyPem) };
      await files.ensureFolder(folder, { private: true });
      await files.writeAtomic(pathOf(fileId), formatStateFile({ url, planKey, ...key }), { private: true });
    },
    remove: (fileId) => files.remove(pathOf(fileId)),
  };
}

function toRecord(stored: v.InferOutput<typeof orderSchema>, secrets: SecretProtection): OrderRecord {
  const { url, planKey, privateKey } = stored;
  return { url, planKey, ...(privateKey === undefined ? {} : { privateKeyPem: secrets.reveal(privateKey) }) };
}
