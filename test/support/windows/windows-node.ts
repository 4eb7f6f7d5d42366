import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../pebble/temporary-folder.ts';
import { projectRoot } from '../run-wacs.ts';

interface BuildScripts {
  readProject(root: string): object;
  readWindowsNode(project: object): Promise<Uint8Array>;
}

/** Runs `use` with the path of the node.exe that the executable is made from; the file is gone afterwards. */
export async function withWindowsNode(use: (path: string) => Promise<void>): Promise<void> {
  const [{ readProject }, { readWindowsNode }] = await Promise.all([
    importScript('project.mjs'),
    importScript('node-binary.mjs'),
  ]);
  const folder = await temporaryFolder('wacs-node-');
  const path = join(folder.path, 'node.exe');
  try {
    await writeFile(path, await readWindowsNode(readProject(projectRoot)));
    await use(path);
    await rm(path);
  } finally {
    folder.remove();
  }
}

/** The build's own scripts, which are plain JavaScript outside the type-checked folders. */
function importScript(name: string): Promise<BuildScripts> {
  return import(new URL(`../../../.build/${name}`, import.meta.url).href);
}
