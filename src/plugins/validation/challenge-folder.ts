import { dirname, join } from 'node:path';
import type { FileStore } from '../../core/ports.ts';

/** Folder of the challenges of one web site: made for the first challenge, removed after the last one if it was made. */
export interface ChallengeFolder {
  /** @throws WacsError AccessDenied, StorageError. */
  put(name: string, content: string): Promise<void>;
  /** Removes the file once everybody who has put it there has removed it; nothing happens to any other file. */
  remove(name: string): Promise<void>;
}

/** A run has one object for a folder, because renewals side by side may use the same web site. */
const known = new WeakMap<FileStore, Map<string, ChallengeFolder>>();

/** The folder at a path. */
export function challengeFolder(path: string, files: FileStore): ChallengeFolder {
  const folders = known.get(files) ?? new Map<string, ChallengeFolder>();
  known.set(files, folders);
  const folder = folders.get(path) ?? new SharedFolder(path, files);
  folders.set(path, folder);
  return folder;
}

class SharedFolder implements ChallengeFolder {
  readonly #path: string;
  readonly #files: FileStore;
  /** How often each file has been put here. */
  readonly #holders = new Map<string, number>();
  /** The topmost folder that was made; undefined when all were there. */
  #made: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, files: FileStore) {
    this.#path = path;
    this.#files = files;
  }

  put(name: string, content: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#holders.size === 0) this.#made = await this.#files.ensureFolder(this.#path);
      this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
      await this.#files.writeAtomic(join(this.#path, name), content);
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const others = (this.#holders.get(name) ?? 0) - 1;
      if (others < 0) return;
      if (others > 0) {
        this.#holders.set(name, others);
        return;
      }
      this.#holders.delete(name);
      await this.#files.remove(join(this.#path, name));
      if (this.#holders.size === 0) await this.#removeFolders();
    });
  }

  /** Folders go only when they are empty and were made here, so that nothing of the web site's own is touched. */
  async #removeFolders(): Promise<void> {
    if (this.#made === undefined) return;
    for (let folder = this.#path; await this.#files.removeEmptyFolder(folder); folder = dirname(folder))
      if (folder === this.#made) return;
  }

  /** One after the other: a folder must not be removed between being made for another challenge and being used. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
