import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { createRenewalStore } from '../../src/storage/renewal-store.ts';
import { statePaths } from '../../src/storage/state-paths.ts';
import { certificateState, renewal } from '../core/samples.ts';
import { bundleSources } from '../support/bundle-in-memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'wacs-startup-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const program = join(folder, 'wacs.cjs');
const { text, metafile } = await bundleSources();
writeFileSync(program, observed(text));

/** The bundle keeps its chunks as text and evaluates each when it is first needed; here each is written down. */
function observed(bundle: string): string {
  const load = 'loadedChunks.set(name, module);';
  assert.equal(bundle.split(load).length, 2, 'the loader of the bundle has changed: this test must follow');
  const recorder = `var seenChunks;
process.on('exit', () => require('node:fs').writeFileSync(process.env.EVALUATED, (seenChunks ?? []).join('\\n')));
`;
  return recorder + bundle.replace(load, `${load} (seenChunks ??= []).push(name);`);
}

/** The modules in the chunks, those of the entry included. */
function modulesIn(chunks: readonly string[]): string[] {
  const loaded = ['main.js', ...chunks.map((name) => basename(name))];
  const outputs = Object.entries(metafile.outputs).filter(([path]) => loaded.includes(basename(path)));
  assert.ok(outputs.length > 1, 'the chunks are known to the metafile');
  return outputs.flatMap(([, { inputs }]) => Object.keys(inputs));
}

/** Runs the program; the modules it evaluated, by the path of their file. */
function evaluatedBy(args: readonly string[]): Promise<{ exitCode: number; output: string; modules: string[] }> {
  const list = join(folder, 'evaluated.txt');
  const env = { HOME: folder, EVALUATED: list };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code);
      resolve({ exitCode, output: stdout + stderr, modules: modulesIn(readFileSync(list, 'utf8').split('\n')) });
    });
  });
}

const heavy = /^node_modules\/(?:acme-client|node-forge|axios|@peculiar|aws4|fast-xml-parser)\//;
const heavyIn = (modules: readonly string[]): string[] => modules.filter((name) => heavy.test(name));

test('--version evaluates no module of a package but the parser', async () => {
  const { exitCode, modules } = await evaluatedBy(['--version']);
  assert.equal(exitCode, 0);
  const packages = modules.filter((name) => name.startsWith('node_modules/') && !name.includes('/minimist/'));
  assert.deepEqual(packages, []);
});

test('--renew with nothing due evaluates neither acme-client nor node-forge, nor HTTP or child processes', async () => {
  const state = join(folder, 'state');
  const baseUri = 'https://127.0.0.1:9/directory';
  const store = createRenewalStore(statePaths(state, baseUri).authority, createFileStore());
  const certificate = certificateState(new Date(), 90, {
    planKey: 'ec-P-384|-|cn:www.example.test|dns:www.example.test',
  });
  const plan = { ...renewal().plan, source: { plugin: 'manual', hosts: ['www.example.test'] } };
  await store.write({ ...renewal({ certificate }), plan });
  const run = await evaluatedBy(['--renew', '--configpath', state, '--baseuri', baseUri, '--detailedexitcode']);
  assert.equal(run.exitCode, 15, run.output);
  assert.ok(run.modules.includes('src/cli/commands/renew.ts'));
  assert.deepEqual(heavyIn(run.modules), []);
  for (const name of ['src/platform/http.ts', 'src/platform/process.ts', 'src/acme/transport.ts'])
    assert.ok(!run.modules.includes(name), name);
});

test('settings evaluate the reader of comments only when they have some, or something to tell', async () => {
  const state = join(folder, 'with-settings');
  mkdirSync(state);
  const listed = async (settings: string): Promise<readonly string[]> => {
    writeFileSync(join(state, 'settings.json'), settings);
    const { exitCode, output, modules } = await evaluatedBy(['--list', '--configpath', state]);
    assert.equal(exitCode, 0, output);
    return modules.filter((name) => /^node_modules\/(?:jsonc-parser|@valibot)\//.test(name));
  };
  const plain = '{ "Acme": { "RequestTimeout": 5 }, "UI": { "PageSize": 50 } }';
  assert.deepEqual(await listed(plain), []);
  assert.ok((await listed(`// comment\n${plain}`)).length > 0);
  assert.ok((await listed('{ "Unknown": 1 }')).length > 0);
});

test('a command that needs the CA evaluates acme-client, which shows that the evidence is evidence', async (t) => {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ newNonce: `${origin}/n`, newAccount: `${origin}/a`, newOrder: `${origin}/o` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const baseUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/directory`;
  const state = join(folder, 'registered');
  const run = await evaluatedBy(['--register', '--accepttos', '--configpath', state, '--baseuri', baseUri]);
  assert.ok(run.exitCode >= 40, run.output);
  assert.ok(run.modules.includes('node_modules/acme-client/src/index.js'));
  assert.ok(Object.keys(metafile.inputs).some((name) => name.startsWith('node_modules/node-forge/')));
});

test('asking for renewal information needs no signing code', () => {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const imports = metafile.inputs[file]?.imports ?? [];
    for (const { path, kind } of imports) if (kind !== 'dynamic-import') follow(path);
  };
  for (const file of ['src/acme/renewal-info.ts', 'src/acme/transport.ts']) {
    assert.ok(file in metafile.inputs, file);
    follow(file);
  }
  assert.ok(reached.has('src/acme/problem.ts'));
  assert.deepEqual(heavyIn([...reached]), []);
});
