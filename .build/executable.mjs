import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWindowsNode } from './node-binary.mjs';
import { BuildError } from './project.mjs';
import { brandExecutable, verifyExecutable } from './resources.mjs';
import { signExecutable, signingFrom } from './sign.mjs';
import { runTool, step, writeWhole } from './steps.mjs';

const injectLimitMs = 5 * 60_000;

/**
 * Makes dist/wacs.exe from dist/wacs.cjs and the pinned node.exe, unless the one that is there was made from the same.
 * The old file stays until the new one is complete and checked.
 * @param {import('./project.mjs').Project} project
 */
export async function buildExecutable(project) {
  const signing = signingFrom(process.env);
  const inputs = await hashInputs(project, signing);
  if (await isUpToDate(project, inputs)) return console.log('dist/wacs.exe is up to date');
  const home = await mkdtemp(join(tmpdir(), 'wacs-build-'));
  const partial = `${project.executable}.${process.pid}.partial`;
  try {
    await step('Base from node.exe: no signature, our icon and version', () => prepareBase(project, home));
    await step('Injecting the program with pkg', () => inject(project, home, partial));
    await step('Checking the executable', async () => verifyExecutable(await readFile(partial), project.version));
    if (signing) await step('Signing', () => signExecutable(partial, signing));
    await replaceExecutable(project, partial);
    await writeWhole(project.stamp, stampText(inputs, await hashFile(project.executable)));
  } finally {
    await rm(home, { recursive: true, force: true });
    await rm(partial, { force: true });
  }
}

/**
 * Puts the base where pkg keeps its downloads, so that it needs none: the archive (empty, never opened), what it
 * would have taken out of it, and the marks that both are complete.
 * @param {import('./project.mjs').Project} project
 * @param {string} home
 */
async function prepareBase(project, home) {
  const folder = join(home, '.pkg-cache', 'sea');
  const name = join(folder, `node-v${project.nodeVersion}-win-x64`);
  const base = brandExecutable(await readWindowsNode(project), project.version);
  await mkdir(folder, { recursive: true });
  await writeFile(`${name}.exe`, base);
  for (const suffix of ['.exe.ok', '.zip', '.zip.ok']) await writeFile(`${name}${suffix}`, '');
}

/**
 * @param {import('./project.mjs').Project} project
 * @param {string} home home folder for pkg
 * @param {string} output
 */
async function inject(project, home, output) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  await runTool(
    process.execPath,
    [join(import.meta.dirname, 'inject.mjs'), project.bundle, output, project.nodeVersion],
    {
      what: 'pkg',
      hint: 'run "npm ci" if node_modules may be incomplete',
      timeoutMs: injectLimitMs,
      env: { ...env, HOME: home, USERPROFILE: home },
    },
  );
}

/**
 * @param {import('./project.mjs').Project} project
 * @param {string} finished the new executable
 */
async function replaceExecutable(project, finished) {
  await rm(project.stamp, { force: true });
  try {
    await rename(finished, project.executable);
  } catch (cause) {
    const reason = /** @type {Error} */ (cause).message;
    throw new BuildError(`dist/wacs.exe cannot be replaced: ${reason}`, 'end what still runs it', { cause });
  }
}

/**
 * @param {string} inputs hash of what the executable is made from
 * @param {string} executable its own hash
 */
function stampText(inputs, executable) {
  return JSON.stringify({ inputs, executable });
}

/**
 * @param {import('./project.mjs').Project} project
 * @param {string} inputs
 */
async function isUpToDate(project, inputs) {
  if (!existsSync(project.stamp) || !existsSync(project.executable)) return false;
  return (await readFile(project.stamp, 'utf8')) === stampText(inputs, await hashFile(project.executable));
}

/**
 * @param {import('./project.mjs').Project} project
 * @param {import('./sign.mjs').Signing | undefined} signing
 * @returns {Promise<string>} one hash over all that decides what the executable contains
 */
async function hashInputs(project, signing) {
  const scripts = (await readdir(import.meta.dirname)).sort().map((name) => join(import.meta.dirname, name));
  const tools = ['@yao-pkg/pkg', 'postject', 'resedit', 'pe-library'];
  const manifests = tools.map((name) => join(project.root, 'node_modules', name, 'package.json'));
  const files = [project.bundle, ...scripts, ...manifests, ...(signing ? [signing.pfx] : [])];
  const hashes = await Promise.all(files.map(hashFile));
  const values = [project.version, project.nodeVersion, project.nodeIntegrity, signing?.timestampUrl ?? '', ...hashes];
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

/** @param {string} file */
async function hashFile(file) {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
