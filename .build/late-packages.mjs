import { isBuiltin } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Before V8 runs the first line of a file it reads through all of it: with two megabytes of packages that most runs do
 * not use, that took longer than starting Node. So packages behind `import()` are kept as compressed text in the bundle
 * and become code when they are asked for.
 */
const loader = 'loadLatePackage';
const namespace = 'late';

/**
 * An esbuild plugin that leaves packages behind `import()` out of the bundle, and notes them in `names`.
 * @param {Set<string>} names
 * @returns {import('esbuild').Plugin}
 */
export function leaveOutLatePackages(names) {
  return {
    name: 'late-packages',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ kind, path }) => {
        if (kind !== 'dynamic-import' || isBuiltin(path)) return undefined;
        names.add(path);
        return { path, namespace };
      });
      onLoad({ filter: /./, namespace }, ({ path }) => ({
        contents: `module.exports = ${loader}(${JSON.stringify(path)});`,
      }));
    },
  };
}

/**
 * Bundles the packages that were left out.
 * @param {Iterable<string>} names
 * @param {import('esbuild').BuildOptions} options those of the whole bundle
 * @returns {Promise<{ code: string, metafile: import('esbuild').Metafile }>} code to be put at the end of the bundle
 */
export async function buildLatePackages(names, { absWorkingDir, platform, format, target }) {
  const members = [...names].map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)})`);
  const result = await build({
    ...{ absWorkingDir, platform, format, target },
    stdin: { contents: `module.exports = { ${members.join(', ')} };`, resolveDir: absWorkingDir },
    bundle: true,
    write: false,
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = result.outputFiles?.[0]?.text ?? '';
  return { code: loaderCode(text), metafile: /** @type {import('esbuild').Metafile} */ (result.metafile) };
}

/**
 * One record of what went into the bundle, as if nothing had been left out.
 * @param {import('esbuild').Metafile} main
 * @param {import('esbuild').Metafile} late
 * @returns {import('esbuild').Metafile}
 */
export function mergeMetafiles(main, late) {
  const { '<stdin>': entry, ...packages } = late.inputs;
  const files = new Map(entry?.imports.map(({ original, path }) => [`${namespace}:${original}`, path]));
  const own = Object.entries(main.inputs).filter(([file]) => !files.has(file));
  const inputs = own.map(([file, input]) => {
    const imports = input.imports.map((edge) => ({ ...edge, path: files.get(edge.path) ?? edge.path }));
    return [file, { ...input, imports }];
  });
  return { inputs: { ...Object.fromEntries(inputs), ...packages }, outputs: { ...main.outputs, ...late.outputs } };
}

/**
 * A function declaration, because that may stand behind its first use.
 * @param {string} text
 */
function loaderCode(text) {
  const compressed = deflateRawSync(text, { level: 9 }).toString('base64');
  return `
var latePackages;
function ${loader}(name) {
  if (latePackages === undefined) {
    const text = require("node:zlib").inflateRawSync(Buffer.from("${compressed}", "base64")).toString("utf8");
    const module = { exports: {} };
    new Function("require", "module", "exports", text + "\\n//# sourceURL=wacs-packages.cjs")(require, module, module.exports);
    latePackages = module.exports;
  }
  return latePackages[name]();
}
`;
}
