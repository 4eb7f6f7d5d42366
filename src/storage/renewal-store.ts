import { basename, join } from 'node:path';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import type { LoadedRenewal, RenewalStore } from '../core/stores.ts';
import { formatRenewalFile, parseRenewalFile } from './renewal-file.ts';

const ending = '.renewal.json';

/**
 * Renewals of one CA as files `{id}.renewal.json` in its folder. They are read once: the run that writes holds the lock,
 * so nobody else changes them meanwhile.
 */
export function createRenewalStore(folder: string, files: FileStore): RenewalStore {
  let loaded: Promise<Map<string, LoadedRenewal>> | undefined;
  return {
    async list() {
      loaded ??= loadAll(folder, files);
      return [...(await loaded)].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
    },
    async write(renewal) {
      await files.ensureFolder(folder, { private: true });
      await files.writeAtomic(pathOf(folder, renewal.id), formatRenewalFile(renewal), { private: true });
      (await loaded)?.set(renewal.id, { kind: 'renewal', renewal });
    },
    async remove(id) {
      await files.remove(pathOf(folder, id));
      (await loaded)?.delete(id);
    },
  };
}

async function loadAll(folder: string, files: FileStore): Promise<Map<string, LoadedRenewal>> {
  const names = (await files.list(folder)).filter((name) => name.endsWith(ending) && !name.startsWith('.'));
  const items = await Promise.all(names.sort().map((name) => load(join(folder, name), files)));
  return new Map(items.map((item) => [item.kind === 'renewal' ? item.renewal.id : item.id, item]));
}

function pathOf(folder: string, id: string): string {
  return join(folder, `${id}${ending}`);
}

async function load(path: string, files: FileStore): Promise<LoadedRenewal> {
  const id = basename(path).slice(0, -ending.length);
  try {
    const text = await files.readText(path);
    if (text === undefined) throw new WacsError('StorageError', `${path} was removed while it was being read`);
    const renewal = parseRenewalFile(path, text);
    if (renewal.id === id) return { kind: 'renewal', renewal };
    throw new WacsError('ConfigurationError', `cannot use ${path}: its name does not fit its id "${renewal.id}"`, {
      hint: 'Rename the file to the id, or correct the id.',
    });
  } catch (error) {
    return { kind: 'unreadable', id, error: toWacsError(error, 'ConfigurationError') };
  }
}
