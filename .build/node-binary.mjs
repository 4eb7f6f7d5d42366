import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BuildError, windowsNodePackage } from './project.mjs';
import { runTool } from './steps.mjs';

const downloadLimitMs = 10 * 60_000;

/**
 * The pinned node.exe as published: from node_modules on Windows, elsewhere from npm's package, which is kept in a
 * cache outside the checkout and checked against package-lock.json each time it is used.
 * @param {import('./project.mjs').Project} project
 * @returns {Promise<Buffer>}
 */
export async function readWindowsNode(project) {
  const installed = join(project.root, 'node_modules', windowsNodePackage, 'bin', 'node.exe');
  if (existsSync(installed)) return readFile(installed);
  const archive = await fetchPackage(project);
  return fileFromTar(await promisify(gunzip)(archive), 'package/bin/node.exe');
}

/** @returns {string} folder for what can be fetched again */
function cacheFolder() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME;
  return join(base || join(homedir(), '.cache'), 'wacs-build');
}

/**
 * @param {import('./project.mjs').Project} project
 * @returns {Promise<Buffer>} the package, gzipped, with the right checksum
 */
async function fetchPackage(project) {
  const cached = join(cacheFolder(), `${windowsNodePackage}-${project.nodeVersion}.tgz`);
  if (existsSync(cached)) {
    const archive = await readFile(cached);
    if (isIntact(archive, project)) return archive;
    console.log(`${cached} is damaged; fetching it again`);
  }
  const folder = join(cacheFolder(), `download-${process.pid}`);
  try {
    const downloaded = await download(project, folder);
    const archive = await readFile(downloaded);
    if (!isIntact(archive, project)) throw unexpectedContent(project);
    await rename(downloaded, cached);
    return archive;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./project.mjs').Project} project
 * @param {string} folder
 * @returns {Promise<string>} the downloaded file
 */
async function download({ root, nodeVersion }, folder) {
  await mkdir(folder, { recursive: true });
  const [npm, ...before] = npmCommand();
  await runTool(npm, [...before, 'pack', `${windowsNodePackage}@${nodeVersion}`, '--pack-destination', folder], {
    what: `npm pack ${windowsNodePackage}@${nodeVersion}`,
    hint: 'the first build needs the npm registry (about 40 MB); later ones work offline',
    timeoutMs: downloadLimitMs,
    cwd: root,
  });
  return join(folder, `${windowsNodePackage}-${nodeVersion}.tgz`);
}

/** @param {import('./project.mjs').Project} project */
function unexpectedContent({ nodeVersion }) {
  return new BuildError(
    `${windowsNodePackage}@${nodeVersion} from the npm registry is not what package-lock.json expects`,
    'do not use it; find out whether the registry, a proxy or the lockfile was changed',
  );
}

/** @returns {[string, ...string[]]} npm's own script where it is known: Windows cannot start npm.cmd without a shell */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

/**
 * @param {Buffer} archive
 * @param {import('./project.mjs').Project} project
 */
function isIntact(archive, { nodeIntegrity }) {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}` === nodeIntegrity;
}

/**
 * @param {Buffer} tar POSIX ustar: headers of 512 bytes (name at 0, octal size at 124), contents padded to 512
 * @param {string} name
 * @returns {Buffer} content of the named file
 */
function fileFromTar(tar, name) {
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const entry = tar.toString('latin1', offset, offset + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', offset + 124, offset + 136), 8) || 0;
    if (entry === name) return tar.subarray(offset + 512, offset + 512 + size);
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  throw new BuildError(
    `there is no ${name} in ${windowsNodePackage}`,
    'has the layout of the package changed? see its file list',
  );
}
