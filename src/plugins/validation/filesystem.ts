import { join, resolve } from 'node:path';
import { restate, toWacsError, WacsError } from '../../core/errors.ts';
import type {
  ChallengeTask,
  OptionValues,
  PluginServices,
  ValidationDescriptor,
  ValidationPlugin,
} from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { booleanField, requiredText } from '../../core/stored-options.ts';
import { type ChallengeFolder, challengeFolder } from './challenge-folder.ts';
import { requireSafeToken } from './http-challenge.ts';
import { httpRefusal } from './http-refusal.ts';
import { lookAtChallenge } from './look-at-challenge.ts';
import { webConfig, webConfigName } from './web-config.ts';

/** Validation `filesystem`: http-01 by a file in a folder of the web site. */
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
      description: 'Root folder of the web site that answers for the hosts; may be on a share',
    },
    {
      name: 'challengeroot',
      type: 'text',
      group: 'validation',
      valueName: 'DIR',
      excludes: ['webroot'],
      description: 'In place of --webroot: the folder that the web server shows as /.well-known/acme-challenge',
    },
    {
      name: 'manualtargetisiis',
      type: 'flag',
      group: 'validation',
      description: 'Put a web.config beside the files, so that IIS serves them, unless there is one',
    },
    {
      name: 'warmup',
      type: 'flag',
      group: 'validation',
      description: 'kept for win-acme; has no effect',
      obsolete: true,
    },
  ],
  fromArguments,
  create: (options, services) => new FileSystemValidation(readOptions(options), services),
};

function fromArguments(values: OptionValues): PluginOptions {
  const [webroot, challengeroot] = [values.text('webroot'), values.text('challengeroot')];
  const path = challengeroot ?? webroot;
  if (path === undefined) {
    throw new WacsError('UsageError', '--validation filesystem needs --webroot', {
      hint: 'Give --webroot DIR, the root folder of the web site, or --challengeroot DIR.',
    });
  }
  return {
    plugin: 'filesystem',
    // The scheduled task starts in another folder.
    path: resolve(path),
    ...(challengeroot === undefined ? {} : { isRootPath: false }),
    ...(values.flag('manualtargetisiis') ? { copyWebConfig: true } : {}),
  };
}

interface FileSystemOptions {
  readonly path: string;
  /** False: the folder of the challenges itself. */
  readonly isRootPath: boolean;
  readonly copyWebConfig: boolean;
}

function readOptions(options: PluginOptions): FileSystemOptions {
  const unsaid = options.isRootPath === undefined || options.isRootPath === null;
  return {
    path: requiredText(options, 'path'),
    isRootPath: unsaid || booleanField(options, 'isRootPath'),
    copyWebConfig: booleanField(options, 'copyWebConfig'),
  };
}

class FileSystemValidation implements ValidationPlugin {
  readonly challengeType = 'http-01';
  readonly refusal = httpRefusal;
  readonly #options: FileSystemOptions;
  readonly #services: PluginServices;
  /** Tokens beside which a web.config was put. */
  readonly #withWebConfig = new Set<string>();

  constructor(options: FileSystemOptions, services: PluginServices) {
    this.#options = options;
    this.#services = services;
  }

  async prepare(task: ChallengeTask): Promise<void> {
    requireSafeToken(task.token);
    await this.#requireRoot();
    try {
      await this.#folder.put(task.token, task.keyAuthorization);
      if (this.#options.copyWebConfig) await this.#putWebConfig(task.token);
    } catch (error) {
      const failure = toWacsError(error);
      throw restate(failure, `cannot put the challenge into ${this.#path}: ${failure.message}`, 'ValidationSetupError');
    }
    await lookAtChallenge(task, this.#remedy, this.#services);
  }

  async cleanUp({ token }: ChallengeTask): Promise<void> {
    if (this.#withWebConfig.delete(token)) await this.#folder.remove(webConfigName);
    await this.#folder.remove(token);
  }

  async #requireRoot(): Promise<void> {
    const { path, isRootPath } = this.#options;
    if (await this.#services.files.exists(path)) return;
    const [what, option] = isRootPath ? ['web root', '--webroot'] : ['challenge folder', '--challengeroot'];
    throw new WacsError('ValidationSetupError', `the ${what} ${path} does not exist`, { hint: `Check ${option}.` });
  }

  async #putWebConfig(token: string): Promise<void> {
    if (await this.#folder.putUnlessThere(webConfigName, webConfig)) this.#withWebConfig.add(token);
    else this.#services.log.verbose(`${join(this.#path, webConfigName)} stays as it is`);
  }

  get #remedy(): string {
    const { path, copyWebConfig } = this.#options;
    const iis = copyWebConfig ? '' : ', and on IIS add --manualtargetisiis';
    return `Check that ${path} is the folder of that web site${iis}.`;
  }

  get #folder(): ChallengeFolder {
    const { files, defaults } = this.#services;
    return challengeFolder(this.#path, files, !defaults.cleanupFolders);
  }

  get #path(): string {
    const { path, isRootPath } = this.#options;
    return isRootPath ? join(path, '.well-known', 'acme-challenge') : path;
  }
}
