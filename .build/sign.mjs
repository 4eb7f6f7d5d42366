import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { BuildError } from './project.mjs';
import { runTool } from './steps.mjs';

const limitMs = 2 * 60_000;

/**
 * @typedef {object} Signing
 * @property {string} pfx file with certificate and key
 * @property {string} password
 * @property {string | undefined} timestampUrl RFC 3161 service, so that the signature outlives the certificate
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Signing | undefined} undefined when no signature is wanted
 */
export function signingFrom({ WACS_SIGN_PFX, WACS_SIGN_PASSWORD, WACS_SIGN_TIMESTAMP_URL }) {
  if (!WACS_SIGN_PFX) return undefined;
  if (!existsSync(WACS_SIGN_PFX))
    throw new BuildError(`there is no ${WACS_SIGN_PFX}`, 'correct or unset WACS_SIGN_PFX');
  return { pfx: WACS_SIGN_PFX, password: WACS_SIGN_PASSWORD ?? '', timestampUrl: WACS_SIGN_TIMESTAMP_URL };
}

/**
 * Puts an Authenticode signature on the file, with osslsigncode or, on Windows without it, signtool.
 * @param {string} file
 * @param {Signing} signing
 */
export async function signExecutable(file, signing) {
  const osslsigncode = findOnPath('osslsigncode');
  if (osslsigncode) return signWithOpenssl(osslsigncode, file, signing);
  const signtool = findOnPath('signtool');
  if (signtool) return signWithWindowsSdk(signtool, file, signing);
  throw new BuildError(
    'WACS_SIGN_PFX is set, but neither osslsigncode nor signtool is in PATH',
    'install osslsigncode (or the Windows SDK), or unset WACS_SIGN_PFX',
  );
}

/**
 * @param {string} tool
 * @param {string} file
 * @param {Signing} signing
 */
async function signWithOpenssl(tool, file, { pfx, password, timestampUrl }) {
  const folder = await mkdtemp(join(tmpdir(), 'wacs-sign-'));
  try {
    // By file, because other users can see the arguments of a process. It refuses an empty file.
    const secret = join(folder, 'password');
    await writeFile(secret, password, { mode: 0o600 });
    const unlock = password ? ['-readpass', secret] : [];
    const timestamp = timestampUrl ? ['-ts', timestampUrl] : [];
    const certificate = ['-pkcs12', pfx, ...unlock, '-h', 'sha256', '-n', 'wacs'];
    await sign(tool, ['sign', ...certificate, ...timestamp, '-in', file, '-out', `${file}.signed`]);
    await rename(`${file}.signed`, file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * @param {string} tool
 * @param {string} file
 * @param {Signing} signing
 */
async function signWithWindowsSdk(tool, file, { pfx, password, timestampUrl }) {
  const timestamp = timestampUrl ? ['/tr', timestampUrl, '/td', 'sha256'] : [];
  await sign(tool, ['sign', '/f', pfx, '/p', password, '/fd', 'sha256', '/d', 'wacs', ...timestamp, file]);
}

/**
 * @param {string} tool
 * @param {string[]} args
 */
async function sign(tool, args) {
  await runTool(tool, args, {
    what: 'signing',
    hint: 'check WACS_SIGN_PFX, WACS_SIGN_PASSWORD and WACS_SIGN_TIMESTAMP_URL',
    timeoutMs: limitMs,
  });
}

/** @param {string} name */
function findOnPath(name) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, `${name}${suffix}`));
  return candidates.find((file) => existsSync(file));
}
