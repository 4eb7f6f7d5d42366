import { mkdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { buildLatePackages, leaveOutLatePackages, mergeMetafiles } from './late-packages.mjs';
import { BuildError } from './project.mjs';
import { writeWhole } from './steps.mjs';

/**
 * Bundles src/main.ts and all it uses into one CommonJS file. Modules behind import() stay unevaluated until asked for,
 * packages behind it even unread.
 *
 * Names and lines of our own code are left readable: a stack trace from a server then says something without a source
 * map.
 * @param {import('./project.mjs').Project} project
 */
export async function buildBundle(project) {
  const options = bundleOptions(project);
  /** @type {Set<string>} */
  const lateNames = new Set();
  const main = await build({ ...options, plugins: [leaveOutLatePackages(lateNames)] });
  const late = await buildLatePackages(lateNames, options);
  const metafile = mergeMetafiles(main.metafile, late.metafile);
  refuseOutsideModules(metafile);
  const [output] = main.outputFiles;
  if (!output) throw new Error('esbuild gave no output');
  await mkdir(dirname(project.bundle), { recursive: true });
  await writeWhole(project.metafile, JSON.stringify(metafile));
  await writeWhole(project.bundle, output.text + late.code);
}

/** @param {import('./project.mjs').Project} project */
function bundleOptions(project) {
  return /** @satisfies {import('esbuild').BuildOptions} */ (
    /** @type {const} */ ({
      absWorkingDir: project.root,
      entryPoints: [join(project.root, 'src', 'main.ts')],
      outfile: project.bundle,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      target: `node${project.nodeVersion}`,
      minifySyntax: true,
      legalComments: 'none',
      define: { __WACS_VERSION__: JSON.stringify(project.version) },
      logLevel: 'warning',
      // There is no import.meta in CommonJS: what uses it would be undefined in the executable only.
      logOverride: { 'empty-import-meta': 'error' },
    })
  );
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
