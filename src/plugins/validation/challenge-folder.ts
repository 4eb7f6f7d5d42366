import { dirname, join } from 'node:path';
import type { FileStore } from '../../core/ports.ts';

/** Folder of the challenges of one web site: made for the first challenge, removed after the last one if it was made. */
export interface ChallengeFolder {
  /** @throws WacsError AccessDenied, StorageError. */
  put(name: string, content: string): Promise<void>;
  /**
   * The same for a file that the web site may have of its own: that stays as it is, nothing is put, and the result is
   * false. One with the same content is taken for ours, left by a run that was killed. After a failure there is nothing
   * to remove.
   */
  putUnlessThere(name: string, content: string): Promise<boolean>;
  /** Removes the file once everybody who has put it there has removed it; nothing happens to any other file. */
  remove(name: string): Promise<void>;
}

/** A run has one object for a folder, because renewals side by side may use the same web site. */
const known = new WeakMap<FileStore, Map<string, ChallengeFolder>>();

/** The folder at a path. @param keepFolders the first who asks decides whether folders that were made stay */
export function challengeFolder(path: string, files: FileStore, keepFolders = false): ChallengeFolder {
  const folders = known.get(files) ?? new Map<string, ChallengeFolder>();
  known.set(files, folders);
  const folder = folders.get(path) ?? new SharedFolder(path, files, keepFolders);
  folders.set(path, folder);
  return folder;
}

class SharedFolder implements ChallengeFolder {
  readonly #path: string;
  readonly #files: FileStore;
  readonly #keepFolders: boolean;
  /** How often each file has been put here. */
  readonly #holders = new Map<string, number>();
  /** The topmost folder that was made; undefined when all were there. */
  #made: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, files: FileStore, keepFolders: boolean) {
    this.#path = path;
    this.#files = files;
    this.#keepFolders = keepFolders;
  }

  put(name: string, content: string): Promise<void> {
    return this.#inTurn(() => this.#put(name, content));
  }

  putUnlessThere(name: string, content: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const isOurs = this.#holders.has(name);
      const there = isOurs ? undefined : await this.#files.readText(join(this.#path, name));
      if (there !== undefined && there !== content) return false;
      try {
        await this.#put(name, content);
      } catch (error) {
        await this.#remove(name);
        throw error;
      }
      return true;
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(() => this.#remove(name));
  }

  async #put(name: string, content: string): Promise<void> {
    if (this.#holders.size === 0) this.#made = await this.#files.ensureFolder(this.#path);
    this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
    await this.#files.writeAtomic(join(this.#path, name), content);
  }

  async #remove(name: string): Promise<void> {
    const others = (this.#holders.get(name) ?? 0) - 1;
    if (others < 0) return;
    if (others > 0) {
      this.#holders.set(name, others);
      return;
    }
    this.#holders.delete(name);
    await this.#files.remove(join(this.#path, name));
    if (this.#holders.size === 0) await this.#removeFolders();
  }

  /** Folders go only when they are empty and were made here, so that nothing of the web site's own is touched. */
  async #removeFolders(): Promise<void> {
    if (this.#made === undefined || this.#keepFolders) return;
    for (let folder = this.#path; await this.#files.removeEmptyFolder(folder); folder = dirname(folder))
      if (folder === this.#made) return;
  }

  /** One after the other: a folder must not be removed between being made for another challenge and being used. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
