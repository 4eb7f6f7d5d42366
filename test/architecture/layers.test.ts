import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleSources } from '../support/bundle-in-memory.ts';
import { sourceFiles } from '../support/source-files.ts';

const files = sourceFiles('src');
const { metafile } = await bundleSources();

const outer = ['acme', 'crypto', 'plugins', 'scheduler', 'storage', 'platform', 'log'];

/** What each layer may import beside itself; a folder of `src`, or a file in it. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ...Object.fromEntries(outer.map((layer) => [layer, ['core']])),
  'exit-codes.ts': ['core'],
  cli: ['core', 'exit-codes.ts'],
  'compose.ts': ['compose', 'cli', 'core', 'exit-codes.ts', ...outer],
  compose: ['cli', 'core', 'exit-codes.ts', ...outer],
  'main.ts': ['cli', 'core', 'exit-codes.ts', 'compose.ts', 'log', 'platform', 'plugins'],
  'docs.ts': ['cli', 'plugins', 'storage'],
};

/** Where a package or a module of Node may be imported. */
const importers: readonly [RegExp, RegExp][] = [
  [/^acme-client$/, /^src\/acme\//],
  [/^node-forge/, /^src\/crypto\//],
  [/^dns-packet$/, /^src\/(platform\/dns|plugins\/validation\/rfc2136)\//],
  [/^minimist$/, /^src\/cli\/(parse|split-arguments)\.ts$/],
  [/^fast-xml-parser$/, /^src\/(scheduler|plugins\/validation\/route53)\//],
  [/^aws4$/, /^src\/plugins\/validation\/route53\//],
  [/^tldts$/, /^src\/plugins\/order\//],
  [/^valibot$/, /^src\/(acme|storage)\//],
  [/^@valibot\/to-json-schema$/, /^src\/storage\/settings\/json-schema\.ts$/],
  [/^jsonc-parser$/, /^src\/storage\//],
  [/^node:ffi$/, /^src\/platform\/win32\//],
  [/^node:(child_process|http|https|http2|net|tls|dns|dgram)/, /^src\/platform\//],
  [/^node:fs/, /^src\/(platform|log)\//],
];

/** All that the core may take from Node: nothing that does input or output. */
const coreModules = ['node:url'];

const layerOf = (path: string): string => path.split('/')[1] ?? '';

test('every folder and file of src belongs to a known layer', () => {
  const unknown = files.map(({ path }) => layerOf(path)).filter((layer) => !(layer in allowed));
  assert.deepEqual([...new Set(unknown)], []);
});

test('layers import only in the direction of the design, types included', () => {
  const wrong = files.flatMap(({ path, imports }) => {
    const layer = layerOf(path);
    return imports
      .filter((target) => target.startsWith('src/') && layerOf(target) !== layer)
      .filter((target) => !allowed[layer]?.includes(layerOf(target)))
      .map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

test('packages and modules of Node are imported only where they belong', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    importers
      .flatMap(([name, place]) => (place.test(path) ? [] : imports.filter((target) => name.test(target))))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('every package in the bundle that src imports has its place', () => {
  const packages = files.flatMap(({ imports }) => imports.filter((name) => !/^(src\/|node:)/.test(name)));
  const homeless = packages.filter((name) => !importers.some(([pattern]) => pattern.test(name)));
  assert.deepEqual([...new Set(homeless)], []);
});

test('modules of Node are imported as node:', () => {
  const bare = Object.entries(metafile.inputs)
    .filter(([path]) => path.startsWith('src/'))
    .flatMap(([path, { imports }]) => imports.filter(({ external }) => external).map((target) => [path, target.path]))
    .filter(([, target]) => !target?.startsWith('node:'));
  assert.deepEqual(bare, []);
});

test('the core does no input or output', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('src/core/'))
    .flatMap(({ path, imports }) => imports.map((target) => [path, target] as const))
    .filter(([, target]) => !target.startsWith('src/core/') && !coreModules.includes(target));
  assert.deepEqual(wrong, []);
});

test('the wiring files are imported by nobody but main.ts, the folder compose by nobody but compose.ts', () => {
  const users = files.filter(({ path, imports }) =>
    imports.some((target) => target.startsWith('src/compose/') && !path.startsWith('src/compose')),
  );
  assert.deepEqual(users, []);
  const wirings = ['src/compose.ts', 'src/main.ts', 'src/docs.ts'];
  const wrong = files
    .filter(({ path }) => path !== 'src/main.ts')
    .flatMap(({ path, imports }) =>
      imports.filter((target) => wirings.includes(target)).map((target) => [path, target]),
    );
  assert.deepEqual(wrong, []);
});

test('the reading of import statements misses nothing that is in the bundle', () => {
  const read = new Map(files.map(({ path, imports }) => [path, imports]));
  const missed = Object.entries(metafile.inputs)
    .filter(([path]) => path.startsWith('src/'))
    .flatMap(([path, { imports }]) =>
      imports
        .filter(({ path: target }) => target.startsWith('src/') && !read.get(path)?.includes(target))
        .map(({ path: target }) => `${path} imports ${target}`),
    );
  assert.deepEqual(missed, []);
});

test('there are no import cycles', () => {
  const graph = new Map(
    Object.entries(metafile.inputs)
      .filter(([path]) => path.startsWith('src/'))
      .map(([path, { imports }]) => [
        path,
        imports.map((target) => target.path).filter((name) => name.startsWith('src/')),
      ]),
  );
  assert.ok(graph.size > 100);
  assert.deepEqual(findCycle(graph), []);
});

/** Files of one cycle in order; empty without one. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test('a cycle would be found', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['b']],
  ]);
  assert.deepEqual(findCycle(graph), ['b', 'd', 'b']);
});
