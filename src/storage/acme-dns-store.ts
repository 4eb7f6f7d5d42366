import { join } from 'node:path';
import * as v from 'valibot';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore, Log } from '../core/ports.ts';
import type { AcmeDnsAccount, AcmeDnsAccountStore } from '../core/stores.ts';
import { formatStateFile, readStateFile, versionField } from './json-file.ts';
import type { SecretProtection } from './secrets.ts';
import { authorityFolder } from './state-paths.ts';

const ending = '.json';
const namePattern = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

const accountSchema = v.looseObject({
  schemaVersion: versionField,
  server: v.string(),
  name: v.string(),
  fullDomain: v.string(),
  subdomain: v.string(),
  username: v.string(),
  password: v.string(),
});

/** What the store works with. */
export interface AcmeDnsStoreServices {
  readonly files: FileStore;
  readonly secrets: SecretProtection;
  readonly log: Log;
}

/** Accounts as files `SERVER/NAME.json`; the password is protected. */
export function createAcmeDnsAccountStore(
  folder: string,
  { files, secrets, log }: AcmeDnsStoreServices,
): AcmeDnsAccountStore {
  const folderOf = (server: string): string => join(folder, authorityFolder(server));
  const pathOf = (server: string, name: string): string => join(folderOf(server), requireName(name) + ending);
  const read = (path: string): Promise<AcmeDnsAccount | undefined> => readAccount(path, files, secrets);
  return {
    placeOf: pathOf,
    read: (server, name) => read(pathOf(server, name)),
    async write(server, { password, ...rest }) {
      const content = formatStateFile({ server, ...rest, password: secrets.protect(password) });
      await files.ensureFolder(folderOf(server), { private: true });
      await files.writeAtomic(pathOf(server, rest.name), content, { private: true });
    },
    async list(server) {
      const names = (await files.list(folderOf(server))).filter((name) => name.endsWith(ending));
      const found = await Promise.all(
        names.map((name) =>
          read(join(folderOf(server), name)).catch((error) => {
            log.warning(`an account at ${server} is left out: ${toWacsError(error).message}`);
            return undefined;
          }),
        ),
      );
      return found.filter((account) => account !== undefined);
    },
  };
}

async function readAccount(
  path: string,
  files: FileStore,
  secrets: SecretProtection,
): Promise<AcmeDnsAccount | undefined> {
  try {
    const stored = await readStateFile(files, path, accountSchema);
    if (stored === undefined) return undefined;
    const { name, fullDomain, subdomain, username, password } = stored;
    return { name, fullDomain, subdomain, username, password: secrets.reveal(password) };
  } catch (cause) {
    const { code, message } = toWacsError(cause);
    if (code !== 'ConfigurationError') throw cause;
    throw new WacsError(code, message.includes(path) ? message : `the account in ${path}: ${message}`, {
      hint: 'Restore the file from a backup, or delete it: then a new account is registered, and the CNAME must lead to its name.',
      cause,
    });
  }
}

/** A name becomes part of a path only as what it is: host name labels with underscores. */
function requireName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new WacsError('ValidationSetupError', `"${name}" is no name that can lead to acme-dns`);
}
