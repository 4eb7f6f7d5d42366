import { basename } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { transform } from 'esbuild';

/** Smaller ones are not worth unpacking. */
const smallestPacked = 16_000;

/**
 * Puts the chunks of a split bundle into one CommonJS file.
 *
 * Before V8 runs the first line of a file it reads through all of it, a millisecond for 60 kB: two megabytes took longer
 * than starting Node. So only the entry stands there as code. The other chunks are text, which V8 passes over five times
 * as fast, and become code when they are first asked for; large ones are compressed besides.
 * @param {import('esbuild').BuildResult<{ write: false, metafile: true }>} result of a build with `splitting`
 * @param {{ entry: string, target: string }} options name of the entry's chunk; language level
 * @returns {Promise<string>}
 */
export async function joinChunks({ outputFiles, metafile }, { entry, target }) {
  const packed = packedChunks(metafile, entry);
  const commonJs = commonJsChunks(metafile);
  let entryCode = '';
  const kept = [];
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    const code = `${await toCommonJs(text, target)}${commonJs.has(name) ? namedExports : ''}`;
    if (name === entry) entryCode = code;
    else kept.push(`${quote(`./${name}`)}: ${packed.has(name) ? pack(code) : quote(code)}`);
  }
  return `${entryCode}\n${loaderCode(kept)}`;
}

/** The large chunks that the entry does not need at once. @param {import('esbuild').Metafile} metafile @param {string} entry */
function packedChunks({ outputs }, entry) {
  const atOnce = new Set();
  const visit = (/** @type {string} */ name) => {
    if (atOnce.has(name)) return;
    atOnce.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') visit(path);
  };
  for (const name of Object.keys(outputs)) if (basename(name) === entry) visit(name);
  const large = Object.entries(outputs).filter(([name, { bytes }]) => bytes >= smallestPacked && !atOnce.has(name));
  return new Set(large.map(([name]) => basename(name)));
}

/**
 * Where import() asks for a CommonJS package, esbuild gives its exports as `default` alone; Node gives them by name too.
 */
const namedExports = 'module.exports = { ...module.exports.default, ...module.exports, __esModule: true };\n';

/** The chunks that import() of a CommonJS package asks for. @param {import('esbuild').Metafile} metafile */
function commonJsChunks({ inputs, outputs }) {
  const entries = Object.entries(outputs).filter(
    ([, { entryPoint }]) => entryPoint !== undefined && inputs[entryPoint]?.format === 'cjs',
  );
  return new Set(entries.map(([name]) => basename(name)));
}

/**
 * @param {string} text an ES module
 * @param {string} target
 */
async function toCommonJs(text, target) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    minifySyntax: true,
    legalComments: 'none',
    // import() of a chunk becomes require(), which the loader stands in for.
    supported: { 'dynamic-import': false },
    // There is no import.meta in CommonJS: what uses it would be undefined.
    logOverride: { 'empty-import-meta': 'error' },
    logLevel: 'warning',
  });
  return code.replaceAll(/\brequire\((?="\.\/)/g, 'loadChunk(');
}

/** A literal in ASCII, because one other character makes V8 keep the whole file at two bytes a character. @param {string} text */
function quote(text) {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** @param {string} code */
function pack(code) {
  return `["${deflateRawSync(code, { level: 9 }).toString('base64')}"]`;
}

/**
 * At the end of the file, so that the lines of the entry keep their numbers: hence declarations that are hoisted.
 * @param {readonly string[]} kept
 */
function loaderCode(kept) {
  return `
var loadedChunks;
function loadChunk(name) {
  loadedChunks ??= new Map();
  let module = loadedChunks.get(name);
  if (module === undefined) {
    module = { exports: {} };
    loadedChunks.set(name, module);
    const code = chunkText(name) + "\\n//# sourceURL=wacs.cjs/" + name.slice(2);
    new Function("require", "loadChunk", "module", "exports", code)(require, loadChunk, module, module.exports);
  }
  return module.exports;
}
function chunkText(name) {
  const text = keptChunks()[name];
  if (typeof text === "string") return text;
  return require("node:zlib").inflateRawSync(Buffer.from(text[0], "base64")).toString("utf8");
}
function keptChunks() {
  return {
${kept.join(',\n')}
  };
}
`;
}
