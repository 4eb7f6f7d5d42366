import type { ErrorCode } from '../core/errors.ts';
import { WacsError } from '../core/errors.ts';

interface Reason {
  readonly text: string;
  readonly hint?: string;
  readonly code?: ErrorCode;
}

const elevate = 'run this from an elevated prompt (as root elsewhere), or correct the permissions of the folder';

const reasons: Readonly<Record<string, Reason>> = {
  EACCES: { code: 'AccessDenied', text: 'access is denied', hint: elevate },
  EPERM: { code: 'AccessDenied', text: 'the operation is not permitted', hint: elevate },
  EROFS: { code: 'AccessDenied', text: 'the file system is read-only', hint: 'choose a folder that can be written' },
  ENOSPC: { text: 'the disk is full', hint: 'free some space, then run this again' },
  EDQUOT: { text: 'the disk quota is used up', hint: 'free some space or raise the quota, then run this again' },
  EFBIG: { text: 'the file would be too large', hint: 'look for a limit on file size (ulimit -f)' },
  ENOENT: { text: 'the folder does not exist', hint: 'create the folder, or correct the path' },
  ENOTDIR: { text: 'a part of the path is a file, not a folder', hint: 'correct the path' },
  EISDIR: { text: 'it is a folder, not a file', hint: 'correct the path' },
  EEXIST: { text: 'a file of that name is in the way', hint: 'move it away, or choose another path' },
  EBUSY: {
    text: 'another program holds it open',
    hint: 'find the program (antivirus, backup, editor) and run this again',
  },
  ENAMETOOLONG: { text: 'the path is too long', hint: 'choose a shorter path' },
  EINVAL: { text: 'the path is not valid', hint: 'correct the path' },
  ELOOP: { text: 'its symbolic links go round in a circle', hint: 'correct the links' },
  EMFILE: { text: 'too many files are open', hint: 'raise the limit on open files (ulimit -n)' },
  ENFILE: { text: 'the system has too many files open', hint: 'end programs that hold many files open' },
  EIO: { text: 'the disk reports an input/output error', hint: 'check the disk and the system log' },
};

/**
 * Translates a failed file operation: AccessDenied for EACCES, EPERM and EROFS, StorageError for everything else.
 * @param action what was tried, such as `write`
 */
export function fileError(error: unknown, action: string, path: string): WacsError {
  if (error instanceof WacsError) return error;
  const code = errorCode(error);
  const reason = reasons[code ?? ''] ?? { text: error instanceof Error ? error.message : String(error) };
  const message = `cannot ${action} "${path}": ${reason.text}${code === undefined ? '' : ` (${code})`}`;
  return new WacsError(reason.code ?? 'StorageError', message, {
    cause: error,
    ...(reason.hint === undefined ? {} : { hint: reason.hint }),
  });
}

/** The `code` of a Node error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
