import { join } from 'node:path';
import * as v from 'valibot';
import type { CertificateInfo, CertificateTools } from '../core/certificate.ts';
import { restate, toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import type { CertificateCache } from '../core/stores.ts';
import { fileNameOf } from './file-id.ts';
import { formatStateFile, readStateFile, versionField } from './json-file.ts';
import { movingHint, type SecretProtection } from './secrets.ts';

const certificateSchema = v.looseObject({
  schemaVersion: versionField,
  commonName: v.string(),
  friendlyName: v.string(),
  privateKey: v.exactOptional(v.string()),
  certificate: v.string(),
  chain: v.array(v.string()),
});

/** What the cache is made with. */
export interface CertificateCacheServices {
  readonly files: FileStore;
  readonly secrets: SecretProtection;
  readonly certificates: Pick<CertificateTools, 'readCertificate'>;
}

/** The newest certificates as one file each, `{file id}.certificate.json`, their keys protected. */
export function createCertificateCache(folder: string, services: CertificateCacheServices): CertificateCache {
  const { files, secrets, certificates } = services;
  const pathOf = (id: string): string => join(folder, `${fileNameOf(id)}.certificate.json`);
  return {
    async read(fileId) {
      const stored = await readStateFile(files, pathOf(fileId), certificateSchema);
      if (stored === undefined) return undefined;
      const { commonName, friendlyName, certificate, chain, privateKey } = stored;
      const info = readStored(pathOf(fileId), () => certificates.readCertificate(certificate));
      return {
        info,
        commonName,
        friendlyName,
        certificatePem: certificate,
        chainPem: chain,
        privateKeyPem: privateKey === undefined ? undefined : revealKey(pathOf(fileId), privateKey, secrets),
      };
    },
    async write(fileId, { commonName, friendlyName, certificatePem, chainPem, privateKeyPem }) {
      const privateKey = privateKeyPem === undefined ? {} : { privateKey: secrets.protect(privateKeyPem) };
      const content = formatStateFile({
        commonName,
        friendlyName,
        certificate: certificatePem,
        chain: chainPem,
        ...privateKey,
      });
      await files.ensureFolder(folder, { private: true });
      await files.writeAtomic(pathOf(fileId), content, { private: true });
    },
    remove: (fileId) => files.remove(pathOf(fileId)),
    async withPfx(fileId, pfx, work) {
      const path = join(folder, `${fileNameOf(fileId)}-temp.pfx`);
      await files.ensureFolder(folder, { private: true });
      await files.writeAtomic(path, pfx, { private: true });
      try {
        return await work(path);
      } finally {
        await files.remove(path);
      }
    },
  };
}

/** The key cannot be given again, but a new certificate can be ordered. */
function revealKey(path: string, stored: string, secrets: SecretProtection): string {
  try {
    return secrets.reveal(stored);
  } catch (cause) {
    const { code, message } = toWacsError(cause);
    throw new WacsError(code, `the private key in ${path}: ${message}`, {
      hint: `${movingHint} Or delete that file: the next run then orders a new certificate.`,
      cause,
    });
  }
}

/** The CA's certificate was good when it came: now the file is at fault. */
function readStored(path: string, read: () => CertificateInfo): CertificateInfo {
  try {
    return read();
  } catch (error) {
    const failure = toWacsError(error);
    throw restate(failure, `cannot use ${path}: field "certificate": ${failure.message}`, 'ConfigurationError');
  }
}
