/**
 * node build.mjs            dist/wacs.cjs (one CommonJS file) and dist/wacs.exe
 * node build.mjs --bundle   dist/wacs.cjs only; a fraction of a second
 * node build.mjs --docs     the generated parts of README.md
 *
 * The executable is signed when WACS_SIGN_PFX names a PFX file (WACS_SIGN_PASSWORD, WACS_SIGN_TIMESTAMP_URL).
 */
import { parseArgs } from 'node:util';
import { runOnPinnedNode } from './.build/pinned-node.mjs';
import { BuildError, readProject } from './.build/project.mjs';

process.exitCode = await main();

/** @returns {Promise<number>} exit code */
async function main() {
  try {
    const { bundle, docs } = readArguments();
    const project = readProject(import.meta.dirname);
    const elsewhere = runOnPinnedNode(project);
    if (elsewhere !== undefined) return elsewhere;
    if (docs) await writeDocs(project);
    else await buildProgram(project, { bundleOnly: bundle });
    return 0;
  } catch (error) {
    report(error);
    return 1;
  }
}

function readArguments() {
  try {
    const options = /** @type {const} */ ({ bundle: { type: 'boolean' }, docs: { type: 'boolean' } });
    const { values } = parseArgs({ options });
    return { bundle: values.bundle ?? false, docs: values.docs ?? false };
  } catch (cause) {
    throw new BuildError(/** @type {Error} */ (cause).message, 'use --bundle, --docs, or nothing', { cause });
  }
}

/**
 * The modules are imported late because the packages they use need the pinned Node.
 * @param {import('./.build/project.mjs').Project} project
 * @param {{ bundleOnly: boolean }} options
 */
async function buildProgram(project, { bundleOnly }) {
  const { buildBundle } = await import('./.build/bundle.mjs');
  const { sizeOf, step } = await import('./.build/steps.mjs');
  await step('Bundling src/main.ts with esbuild', () => buildBundle(project));
  console.log(`dist/wacs.cjs ${await sizeOf(project.bundle)}`);
  if (bundleOnly) return;
  const { buildExecutable } = await import('./.build/executable.mjs');
  await buildExecutable(project);
  console.log(`dist/wacs.exe ${await sizeOf(project.executable)}`);
}

/** @param {import('./.build/project.mjs').Project} project */
async function writeDocs(project) {
  const { rewriteReadme } = await import('./.build/readme.mjs');
  console.log(`README.md ${(await rewriteReadme(project)) ? 'rewritten' : 'is up to date'}`);
}

/** @param {unknown} error */
function report(error) {
  if (error instanceof BuildError) console.error(`Build failed: ${error.message}\n  ${error.hint}`);
  else console.error('Build failed:', error);
}
