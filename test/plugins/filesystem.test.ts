import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { ChallengeTask, PluginServices, ValidationPlugin } from '../../src/core/plugin.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/ports.ts';
import { filesystemValidation } from '../../src/plugins/validation/filesystem.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';

const task = (token: string, value = 'a.test'): ChallengeTask => ({
  identifier: { type: value.includes(':') ? 'ip' : 'dns', value },
  token,
  keyAuthorization: `${token}.thumbprint`,
});

/** A plugin on a web site that answers each look from outside with the given response or failure. */
function setUp(options: object, answer: Partial<HttpResponse> | Error = { status: 404 }, changes = {}) {
  const log = createMemoryLog();
  const requests: HttpRequest[] = [];
  const http = {
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      requests.push(request);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: Buffer.from(''), ...answer };
    },
  };
  const services: PluginServices = realServices({ http, log, ...changes });
  const create = (): ValidationPlugin => filesystemValidation.create({ plugin: 'filesystem', ...options }, services);
  return { plugin: create(), create, log, requests };
}

test('a web.config for IIS comes and goes with the challenges', async (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, '.well-known', 'acme-challenge');
  const { plugin, create } = setUp({ path: root, copyWebConfig: true });
  const other = create();
  await plugin.prepare(task('one'));
  await other.prepare(task('two'));
  const text = readFileSync(join(folder, 'web.config'), 'utf8');
  for (const part of [/<mimeMap fileExtension="\." /, /<httpRedirect enabled="false" \/>/, /<allow users="\*" \/>/])
    assert.match(text, part);
  assert.match(text, /<staticContent>\s+<clear \/>/);
  await plugin.cleanUp(task('one'));
  assert.deepEqual(readdirSync(folder).sort(), ['two', 'web.config']);
  await other.cleanUp(task('two'));
  assert.deepEqual(readdirSync(root), []);
});

test('without --manualtargetisiis there is none', async (t) => {
  const root = temporaryFolder(t);
  const { plugin } = setUp({ path: root });
  await plugin.prepare(task('one'));
  assert.deepEqual(readdirSync(join(root, '.well-known', 'acme-challenge')), ['one']);
});

test("the site's own web.config stays byte for byte", async (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, '.well-known', 'acme-challenge');
  mkdirSync(folder, { recursive: true });
  const own = Buffer.from('\uFEFF<configuration>\r\n  <!-- \u00e4 -->\r\n</configuration>', 'utf16le');
  writeFileSync(join(folder, 'web.config'), own);
  const { plugin, create, log } = setUp({ path: root, copyWebConfig: true });
  const other = create();
  await Promise.all([plugin.prepare(task('one')), other.prepare(task('two'))]);
  assert.deepEqual(readFileSync(join(folder, 'web.config')), own);
  await Promise.all([plugin.cleanUp(task('one')), other.cleanUp(task('two'))]);
  assert.deepEqual(readFileSync(join(folder, 'web.config')), own);
  assert.deepEqual(readdirSync(folder), ['web.config']);
  assert.match(log.lines.join('\n'), /web\.config stays as it is/);
});

test('what a killed run left is taken over and removed', async (t) => {
  const root = temporaryFolder(t);
  const killed = setUp({ path: root, copyWebConfig: true });
  await killed.plugin.prepare(task('one'));
  const { plugin } = setUp({ path: root, copyWebConfig: true });
  await plugin.prepare(task('two'));
  await plugin.cleanUp(task('two'));
  assert.deepEqual(readdirSync(join(root, '.well-known', 'acme-challenge')), ['one']);
});

test('a web.config that cannot be written is a failure, and all is as before', async (t) => {
  const root = temporaryFolder(t);
  const real = realServices().files;
  const files = {
    ...real,
    writeAtomic: async (path: string, content: string | Uint8Array) => {
      if (path.endsWith('web.config')) throw new WacsError('AccessDenied', 'access is denied');
      return real.writeAtomic(path, content);
    },
  };
  const { plugin } = setUp({ path: root, copyWebConfig: true }, {}, { files });
  const failure = await failureOf(plugin.prepare(task('one')), 'ValidationSetupError');
  assert.match(failure.message, /cannot put the challenge into .*access is denied/);
  await plugin.cleanUp(task('one'));
  assert.deepEqual(readdirSync(root), []);
});

test('--challengeroot is the folder of the challenges itself', async (t) => {
  const root = temporaryFolder(t);
  const { plugin } = setUp({ path: root, isRootPath: false });
  await plugin.prepare(task('one'));
  assert.equal(readFileSync(join(root, 'one'), 'utf8'), 'one.thumbprint');
  await plugin.cleanUp(task('one'));
  assert.deepEqual([existsSync(root), readdirSync(root)], [true, []]);
  const missing = setUp({ path: join(root, 'missing'), isRootPath: false });
  const failure = await failureOf(missing.plugin.prepare(task('one')), 'ValidationSetupError');
  assert.match(`${failure.message} ${failure.hint}`, /challenge folder .*missing does not exist Check --challengeroot/);
});

test('with the setting CleanupFolders off, folders stay and files go', async (t) => {
  const root = temporaryFolder(t);
  const defaults = { ...realServices().defaults, cleanupFolders: false };
  const { plugin } = setUp({ path: root, copyWebConfig: true }, {}, { defaults });
  await plugin.prepare(task('one'));
  await plugin.cleanUp(task('one'));
  assert.deepEqual(readdirSync(join(root, '.well-known', 'acme-challenge')), []);
});

test('the command line is stored in the words of win-acme, paths in full', () => {
  const stored = (...args: string[]) =>
    filesystemValidation.fromArguments(valuesOf('validation', 'filesystem', args), String);
  assert.deepEqual(stored('--webroot', 'site', '--warmup'), { plugin: 'filesystem', path: resolve('site') });
  assert.deepEqual(stored('--challengeroot', '/srv/acme', '--manualtargetisiis'), {
    ...{ plugin: 'filesystem', path: resolve('/srv/acme'), isRootPath: false, copyWebConfig: true },
  });
  assert.throws(() => stored('--webroot', '/a', '--challengeroot', '/b'), /cannot be combined/);
});

const looks: readonly [string, Partial<HttpResponse> | Error, 'warning' | 'verbose', RegExp][] = [
  ['the right content', { body: Buffer.from('one.thumbprint\r\n') }, 'verbose', /answered as it should be/],
  [
    'a redirect',
    { status: 301, headers: { location: 'https://a.test/' } },
    'verbose',
    /redirected to https:\/\/a\.test\//,
  ],
  ['another content', { body: Buffer.from('<html>') }, 'warning', /is answered with another content, seen from here/],
  ['not found', { status: 404 }, 'warning', /with status 404.*Check that .*, and on IIS add --manualtargetisiis\./],
  ['an error', { status: 500 }, 'warning', /with status 500/],
  ['silence', new WacsError('AcmeUnreachable', 'no complete answer within 5 s'), 'verbose', /cannot be looked at.*5 s/],
];

for (const [name, answer, level, text] of looks) {
  test(`a look from here that finds ${name} is told at level ${level}, and no failure`, async (t) => {
    const { plugin, log, requests } = setUp({ path: temporaryFolder(t) }, answer);
    await plugin.prepare(task('one'));
    const told = log.lines.filter((line) => line.startsWith(`${level}: `));
    assert.match(told.join('\n'), text);
    assert.equal(log.lines.length, told.length);
    const [request] = requests;
    assert.equal(request?.url, 'http://a.test/.well-known/acme-challenge/one');
    assert.ok((request?.timeoutMs ?? 0) <= 5_000);
  });
}

test('a look at an IPv6 address, and one that is interrupted', async (t) => {
  const { plugin, requests } = setUp({ path: temporaryFolder(t) });
  await plugin.prepare(task('one', '2001:db8::1'));
  assert.equal(requests[0]?.url, 'http://[2001:db8::1]/.well-known/acme-challenge/one');
  const interruption = new WacsError('Interrupted', 'Ctrl+C');
  const { plugin: stopped } = setUp({ path: temporaryFolder(t) }, interruption, {
    signal: AbortSignal.abort(interruption),
  });
  assert.equal(await failureOf(stopped.prepare(task('one')), 'Interrupted'), interruption);
});
