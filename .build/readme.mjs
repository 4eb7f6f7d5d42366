import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuildError } from './project.mjs';
import { writeWhole } from './steps.mjs';

/**
 * Writes the parts of README.md again that are made from tables in src/.
 * @param {import('./project.mjs').Project} project
 * @returns {Promise<boolean>} whether anything changed
 */
export async function rewriteReadme({ root }) {
  const readme = join(root, 'README.md');
  const generator = join(root, 'src', 'docs.ts');
  for (const file of [readme, generator]) {
    if (!existsSync(file)) throw new BuildError(`there is no ${file}`, 'restore it from version control');
  }
  /** @type {{ renderReadme(text: string): string }} */
  const { renderReadme } = await import(pathToFileURL(generator).href);
  const before = await readFile(readme, 'utf8');
  const after = renderReadme(before);
  if (after === before) return false;
  await writeWhole(readme, after);
  return true;
}
