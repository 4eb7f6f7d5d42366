import { realpath } from 'node:fs';
import { promisify } from 'node:util';
import type { ExecutableGuard } from '../../core/program.ts';
import { errorCode, fileError } from '../file-errors.ts';
import { readSddl } from './acl.ts';
import { driveType } from './drive.ts';
import { createExecutableGuard } from './executable-guard.ts';
import { looseFolders } from './loose-folders.ts';
import { ownAdministratorSid } from './own-account.ts';

const nativeRealPath = promisify(realpath.native);

/** The guard for this machine. */
export function createSystemGuard(): ExecutableGuard {
  return createExecutableGuard({
    driveType,
    readSddl,
    ownAdministratorSid,
    realPath,
    looseFolders: looseFolders(process.env),
  });
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await nativeRealPath(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, 'look for', path);
  }
}
