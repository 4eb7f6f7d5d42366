import { join, resolve } from 'node:path';
import { buildRoot } from './build-root.ts';
import { cacheFolder } from './cache-folder.ts';
import { ensureBuilt } from './cached-build.ts';
import { requireDebianRoot } from './install-packages.ts';
import { mayMount, ownPrograms, wineVersion } from './probe-wine.ts';
import { makeTemplate } from './template-prefix.ts';
import { type Wine, wineInRoot, wineOfMachine } from './wine.ts';

type Progress = (line: string) => void;

/** To be raised when what is built changes: older trees are then built anew. */
const RECIPE = 'trixie, wine64, windows 10, no display: 1';

let running: Promise<Wine> | undefined;

/**
 * Finds Wine 9 or later: the launcher that WACS_WINE names, else Wine 10 in a Debian tree in the user's cache, which
 * is built when it is not there (about 80 s, needs root on Debian). Deleting the cache folder is safe at any time
 * nothing runs in it. Calls may overlap, in one process or several.
 * @throws EnvironmentUnavailable when it is not to be had on this machine.
 */
export function ensureWine(progress: Progress = () => {}): Promise<Wine> {
  running ??= findWine(progress).finally(() => {
    running = undefined;
  });
  return running;
}

function findWine(progress: Progress): Promise<Wine> {
  const launcher = process.env.WACS_WINE;
  if (launcher !== undefined && launcher !== '') return wineGiven(resolve(launcher), progress);
  return wineInTree(progress);
}

async function wineInTree(progress: Progress): Promise<Wine> {
  await requireDebianRoot('Wine 10 in a Debian tree');
  const ownMounts = await mayMount();
  const folder = join(cacheFolder(), 'wine-10');
  const build = async (root: string, log: string): Promise<string> => {
    await buildRoot({ root, log, ownMounts, progress });
    const version = await wineVersion(wineInRoot(root, { version: '', ownMounts }));
    progress('wine: making the template prefix (about 10 s)');
    await makeTemplate(wineInRoot(root, { version, ownMounts }), log);
    progress(`wine: ${version} is ready`);
    return version;
  };
  const version = await ensureBuilt({ folder, recipe: RECIPE, build });
  return wineInRoot(folder, { version, ownMounts });
}

async function wineGiven(launcher: string, progress: Progress): Promise<Wine> {
  const { version, programs } = await ownPrograms(launcher);
  const folder = join(cacheFolder(), `wine-of-machine-${Buffer.from(`${launcher} ${version}`).toString('base64url')}`);
  const build = async (work: string, log: string): Promise<string> => {
    progress('wine: making the template prefix (about 10 s)');
    await makeTemplate(wineOfMachine(work, { version, programs }), log);
    return version;
  };
  await ensureBuilt({ folder, recipe: RECIPE, build });
  return wineOfMachine(folder, { version, programs });
}
