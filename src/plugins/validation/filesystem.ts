import { join } from 'node:path';
import { restate, toWacsError, WacsError } from '../../core/errors.ts';
import type { ChallengeTask, ValidationDescriptor, ValidationPlugin } from '../../core/plugin.ts';
import type { FileStore } from '../../core/ports.ts';
import { requiredText } from '../../core/stored-options.ts';
import { challengeFolder } from './challenge-folder.ts';
import { httpRefusal } from './http-refusal.ts';

/** Characters of a token (RFC 8555 section 8.1); anything else must not become part of a path. */
const tokenPattern = /^[A-Za-z0-9_-]+$/;

/** Validation `filesystem`: http-01 by a file in the web site's root folder. */
export const filesystemValidation: ValidationDescriptor = {
  name: 'filesystem',
  challengeTypes: ['http-01'],
  description: 'http-01 by a file in the root folder of the web site',
  options: [
    {
      name: 'webroot',
      type: 'text',
      group: 'validation',
      valueName: 'DIR',
      description: 'Root folder of the web site that answers for the hosts',
    },
  ],
  fromArguments(values) {
    const webroot = values.text('webroot');
    if (webroot === undefined) {
      throw new WacsError('UsageError', '--validation filesystem needs --webroot', {
        hint: 'Give --webroot DIR, the root folder of the web site.',
      });
    }
    return { plugin: 'filesystem', path: webroot };
  },
  create(options, { files }) {
    const webroot = requiredText(options, 'path');
    return new FileSystemValidation(webroot, files);
  },
};

class FileSystemValidation implements ValidationPlugin {
  readonly challengeType = 'http-01';
  readonly refusal = httpRefusal;
  readonly #webroot: string;
  readonly #files: FileStore;

  constructor(webroot: string, files: FileStore) {
    this.#webroot = webroot;
    this.#files = files;
  }

  async prepare({ token, keyAuthorization }: ChallengeTask): Promise<void> {
    if (!tokenPattern.test(token))
      throw new WacsError('ValidationSetupError', 'the CA sent a challenge token with characters that are not allowed');
    if (!(await this.#files.exists(this.#webroot))) {
      throw new WacsError('ValidationSetupError', `the web root ${this.#webroot} does not exist`, {
        hint: 'Check --webroot.',
      });
    }
    try {
      await challengeFolder(this.#path, this.#files).put(token, keyAuthorization);
    } catch (error) {
      const failure = toWacsError(error);
      throw restate(failure, `cannot put the challenge into ${this.#path}: ${failure.message}`, 'ValidationSetupError');
    }
  }

  async cleanUp({ token }: ChallengeTask): Promise<void> {
    await challengeFolder(this.#path, this.#files).remove(token);
  }

  get #path(): string {
    return join(this.#webroot, '.well-known', 'acme-challenge');
  }
}
