import { mkdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { joinChunks } from './chunks.mjs';
import { BuildError } from './project.mjs';
import { writeWhole } from './steps.mjs';
import { unusedParts } from './unused-parts.mjs';

/**
 * Bundles src/main.ts and all it uses into one CommonJS file. What is behind import() stays text until asked for.
 *
 * Names and lines are left readable: a stack trace from a server then says something without a source map.
 * @param {import('./project.mjs').Project} project
 */
export async function buildBundle(project) {
  const entry = 'main';
  const target = `node${project.nodeVersion}`;
  const result = await build({
    absWorkingDir: project.root,
    entryPoints: { [entry]: join(project.root, 'src', 'main.ts') },
    outdir: dirname(project.bundle),
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target,
    minifySyntax: true,
    legalComments: 'none',
    define: { __WACS_VERSION__: JSON.stringify(project.version) },
    logLevel: 'warning',
    // Its main file finds its own parts in a way that no bundler sees through.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    plugins: [unusedParts],
  });
  refuseOutsideModules(result.metafile);
  const code = await joinChunks(result, { entry: `${entry}.js`, target });
  await mkdir(dirname(project.bundle), { recursive: true });
  await writeWhole(project.metafile, JSON.stringify(result.metafile));
  await writeWhole(project.bundle, code);
}

/** Asked for inside try/catch by the `debug` package, which does without. */
const optionalModules = new Set(['supports-color']);

/**
 * The executable can load nothing but itself and what is built into Node.
 * @param {import('esbuild').Metafile} metafile
 */
function refuseOutsideModules(metafile) {
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const outside = imports.find(({ external, path }) => external && !isBuiltin(path) && !optionalModules.has(path));
    if (!outside) continue;
    throw new BuildError(
      `${file} imports ${outside.path}, which is not in the bundle`,
      'install it, or import it otherwise',
    );
  }
}
