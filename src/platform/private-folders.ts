import { toWacsError } from '../core/errors.ts';

/** Permissions of files and folders, as far as others than administrators (or the owner) are concerned. */
export interface PermissionKeeper {
  /** What others may do there, a phrase each, such as `Users may read`; empty when it is closed to them. */
  openTo(path: string): readonly string[];
  /** Closes a file, or a folder with all that is in it if `below` says so. @throws WacsError AccessDenied, StorageError. */
  close(path: string, below: boolean): void;
  /** The command by which an administrator closes it by hand. */
  commandFor(path: string): string;
  exists(path: string): boolean;
}

/** Something that must be closed to others. */
export interface PrivatePath {
  readonly path: string;
  /** Also what is in it; false for a folder in which others have their place too. */
  readonly below: boolean;
}

/** What became of a folder that was open. */
export interface FolderReport {
  readonly path: string;
  readonly isClosed: boolean;
  readonly message: string;
}

/**
 * Looks whether private folders and files are closed to others, and closes those that are not. Whatever cannot be
 * looked at or closed is reported, never thrown: a run may still do its work.
 */
export function closePrivateFolders(paths: readonly PrivatePath[], keeper: PermissionKeeper): readonly FolderReport[] {
  return paths.filter(({ path }) => keeper.exists(path)).flatMap((item) => closeOne(item, keeper));
}

function closeOne({ path, below }: PrivatePath, keeper: PermissionKeeper): readonly FolderReport[] {
  let open: readonly string[];
  try {
    open = keeper.openTo(path);
  } catch (error) {
    return [{ path, isClosed: false, message: `cannot tell who may read "${path}": ${toWacsError(error).message}` }];
  }
  if (open.length === 0) return [];
  const found = `"${path}" was open to others (${open.join('; ')})`;
  try {
    keeper.close(path, below);
    return [{ path, isClosed: true, message: `${found}; it is closed now. ${advice}` }];
  } catch (error) {
    const command = keeper.commandFor(path);
    const failure = toWacsError(error).message;
    return [
      { path, isClosed: false, message: `${found}, and cannot be closed: ${failure}. Run: ${command}. ${advice}` },
    ];
  }
}

const advice =
  'Keys that lay there may be known to others: --rollover replaces that of the account, --renew --force those of certificates';
