import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { ChallengeTask, ValidationPlugin } from '../../src/core/plugin.ts';
import type { HttpClient } from '../../src/core/ports.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createManualValidation } from '../../src/plugins/validation/manual/descriptor.ts';
import { freePort, isListening, temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';
import { dnsValidationPlaces } from './dns-validation-places.ts';
import { createPerson } from './person.ts';
import { createPlaceScript } from './place-script.ts';
import { realServices } from './plugin-samples.ts';

/** A plugin in a place of its own, seen as the CA sees it. */
interface Place {
  readonly plugin: ValidationPlugin;
  /** What the CA would read for a token. */
  read(token: string): Promise<string | undefined>;
  /** Everything in the place; equal before and after a validation. */
  contents(): Promise<readonly string[]>;
  /** Makes prepare fail from now on. */
  block(): Promise<void>;
  /** What prepare then fails with; default ValidationSetupError. */
  readonly failsWith?: ErrorCode;
  /** False where what was put in place stays until another challenge takes its place. */
  readonly clears?: boolean;
}

/** By plugin, and by challenge type where that is not the plugin's first. */
const places: Record<string, (t: TestContext) => Promise<Place>> = {
  async filesystem(t) {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'index.html'), 'the web site');
    const file = (token: string): string => join(folder, '.well-known', 'acme-challenge', token);
    return {
      plugin: create('filesystem', { path: folder }),
      read: async (token) => (existsSync(file(token)) ? readFileSync(file(token), 'utf8') : undefined),
      contents: async () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort(),
      block: async () => writeFileSync(join(folder, '.well-known'), 'a file in the way'),
    };
  },
  async selfhosting(t) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/.well-known/acme-challenge/`;
    const fetchText = async (token: string): Promise<string | undefined> => {
      const response = await fetch(url + token, { headers: { connection: 'close' } }).catch(() => undefined);
      return response?.ok ? response.text() : undefined;
    };
    return {
      plugin: create('selfhosting', { port }),
      read: fetchText,
      contents: () => listenersOn(port),
      block: () => occupy(t, port),
    };
  },
  async 'selfhosting tls-alpn-01'(t) {
    const port = await freePort();
    return {
      plugin: create('selfhosting', { port, challengeType: 'tls-alpn-01' }),
      async read(token) {
        const certificate = await challengeCertificate(port, task(token).identifier.value);
        const proof = hash('sha256', task(token).keyAuthorization, 'buffer');
        return certificate?.includes(proof) ? task(token).keyAuthorization : undefined;
      },
      contents: () => listenersOn(port),
      block: () => occupy(t, port),
    };
  },
  async 'manual http-01'() {
    const person = createPerson();
    const http: HttpClient = {
      async request({ url }) {
        const content = person.files.get(new URL(url).pathname);
        return { status: content === undefined ? 404 : 200, headers: {}, body: Buffer.from(content ?? '') };
      },
    };
    const limits = { limitMs: 60, firstPauseMs: 10, longestPauseMs: 10 };
    const options = { plugin: 'manual', challengeType: 'http-01' };
    return {
      plugin: createManualValidation(limits).create(options, realServices({ log: person.log, http })),
      read: async (token) => person.files.get(`/.well-known/acme-challenge/${token}`),
      contents: async () => [...person.files.keys()],
      block: async () => person.leaves(),
    };
  },
  async 'script http-01'(t) {
    const { path, place, block } = createPlaceScript(temporaryFolder(t));
    const file = (token: string): string => join(place, token);
    return {
      plugin: create('script', { script: path, parallelism: 3, challengeType: 'http-01' }),
      read: async (token) => (existsSync(file(token)) ? readFileSync(file(token), 'utf8') : undefined),
      contents: async () => readdirSync(place).sort(),
      block: async () => block(),
      failsWith: 'ScriptFailed',
    };
  },
};

for (const [name, open] of Object.entries(dnsValidationPlaces)) {
  places[name] = async (t) => {
    const { readAnswer, ...place } = await open(t);
    return { ...place, read: (token) => readAnswer(task(token)) };
  };
}

/** The certificate (DER) that a handshake for tls-alpn-01 gets; undefined when it is refused. */
async function challengeCertificate(port: number, servername: string): Promise<Buffer | undefined> {
  const options = { host: '127.0.0.1', port, servername, ALPNProtocols: ['acme-tls/1'], rejectUnauthorized: false };
  return new Promise((resolve) => {
    const socket = connect(options, () => {
      resolve(socket.getPeerX509Certificate()?.raw);
      socket.destroy();
    });
    socket.once('error', () => resolve(undefined));
  });
}

async function listenersOn(port: number): Promise<string[]> {
  return (await isListening(port)) ? [`port ${port}`] : [];
}

async function occupy(t: TestContext, port: number): Promise<void> {
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(port, resolve));
  t.after(() => other.close());
}

function create(name: string, options: object, services = realServices()): ValidationPlugin {
  const descriptor = pluginRegistry.validation.find((one) => one.name === name);
  assert.ok(descriptor);
  return descriptor.create({ plugin: name, ...options }, services);
}

const task = (token: string): ChallengeTask => ({
  identifier: { type: 'dns', value: `${token.toLowerCase()}.test` },
  token,
  keyAuthorization: `${token}.thumbprint`,
});

/** Each plugin with each challenge type it has, but for the one that nobody puts in place. */
const subjects = pluginRegistry.validation.flatMap(({ name, challengeTypes }) =>
  challengeTypes.flatMap((type, index) => {
    if (type === 'dns-persist-01') return [];
    return [index === 0 ? name : `${name} ${type}`];
  }),
);

for (const name of subjects) {
  const open = async (t: TestContext): Promise<Place> => {
    const place = places[name];
    assert.ok(place, `validation ${name} has no place in this suite`);
    return place(t);
  };

  test(`validation ${name}: the CA sees the challenge after prepare, and nothing is left after cleanUp`, async (t) => {
    const { plugin, read, contents, clears = true } = await open(t);
    const before = await contents();
    await plugin.prepare(task('token-1_A'));
    assert.equal(await read('token-1_A'), 'token-1_A.thumbprint');
    await plugin.cleanUp(task('token-1_A'));
    assert.equal(await read('token-1_A'), clears ? undefined : 'token-1_A.thumbprint');
    assert.deepEqual(await contents(), before);
  });

  test(`validation ${name}: challenges side by side do not disturb each other`, async (t) => {
    const { plugin, read, contents } = await open(t);
    const before = await contents();
    const tasks = Array.from({ length: 25 }, (_, number) => task(`token${number}`));
    await Promise.all(tasks.map((one) => plugin.prepare(one)));
    for (const one of tasks) assert.equal(await read(one.token), one.keyAuthorization);
    const [first, ...others] = tasks;
    assert.ok(first);
    await plugin.cleanUp(first);
    for (const one of others) assert.equal(await read(one.token), one.keyAuthorization);
    await Promise.all(others.map((one) => plugin.cleanUp(one)));
    assert.deepEqual(await contents(), before);
  });

  test(`validation ${name}: one may be cleaned up while another is prepared`, async (t) => {
    const { plugin, read, contents } = await open(t);
    const before = await contents();
    const lane = async (lane: number): Promise<void> => {
      for (let number = 0; number < 12; number++) {
        const one = task(`lane${lane}-${number}`);
        await plugin.prepare(one);
        assert.equal(await read(one.token), one.keyAuthorization);
        await plugin.cleanUp(one);
      }
    };
    await Promise.all([1, 2, 3, 4].map(lane));
    assert.deepEqual(await contents(), before);
  });

  test(`validation ${name}: cleanUp after a prepare that failed leaves the place as it was`, async (t) => {
    const { plugin, contents, block, failsWith = 'ValidationSetupError' } = await open(t);
    await block();
    const before = await contents();
    await failureOf(plugin.prepare(task('token')), failsWith);
    await plugin.cleanUp(task('token'));
    assert.deepEqual(await contents(), before);
  });

  test(`validation ${name}: cleanUp without prepare, or twice, does no harm`, async (t) => {
    const { plugin, contents } = await open(t);
    const before = await contents();
    await plugin.cleanUp(task('token'));
    await plugin.prepare(task('token'));
    await plugin.cleanUp(task('token'));
    await plugin.cleanUp(task('token'));
    assert.deepEqual(await contents(), before);
  });

  test(`validation ${name}: says which names it cannot validate`, async (t) => {
    const { plugin } = await open(t);
    assert.equal(plugin.refusal({ type: 'dns', value: 'a.test' }), undefined);
    const wildcard = plugin.refusal({ type: 'dns', value: '*.a.test' });
    assert.equal(wildcard === undefined, /^dns-/.test(plugin.challengeType));
  });
}

test("validation filesystem: the web site's own folders and files stay", async (t) => {
  const folder = temporaryFolder(t);
  const challenges = join(folder, '.well-known', 'acme-challenge');
  mkdirSync(challenges, { recursive: true });
  const plugin = create('filesystem', { path: folder });
  await plugin.prepare(task('token'));
  await plugin.cleanUp(task('token'));
  assert.ok(existsSync(challenges), 'a folder that was there before is not ours to remove');
});

test('validation filesystem: two renewals with one web site do not disturb each other', async (t) => {
  const folder = temporaryFolder(t);
  const services = realServices();
  const plugins = [1, 2].map(() => create('filesystem', { path: folder }, services));
  await Promise.all(
    plugins.map(async (plugin, renewal) => {
      for (let number = 0; number < 10; number++) {
        await plugin.prepare(task(`renewal${renewal}-${number}`));
        await plugin.cleanUp(task(`renewal${renewal}-${number}`));
      }
    }),
  );
  const [first, second] = plugins;
  await first?.prepare(task('shared'));
  await second?.prepare(task('shared'));
  await first?.cleanUp(task('shared'));
  assert.ok(existsSync(join(folder, '.well-known', 'acme-challenge', 'shared')));
  await second?.cleanUp(task('shared'));
  assert.deepEqual(readdirSync(folder), []);
});

test('validation filesystem: a token that is no token never becomes part of a path', async (t) => {
  const folder = temporaryFolder(t);
  const plugin = create('filesystem', { path: folder });
  for (const token of ['../../evil', 'a/b', 'a\\b', '', 'a.b', 'C:evil']) {
    await failureOf(plugin.prepare(task(token)), 'ValidationSetupError');
    await plugin.cleanUp(task(token));
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('validation filesystem: a web root that does not exist is named', async (t) => {
  const folder = join(temporaryFolder(t), 'missing');
  const failure = await failureOf(
    create('filesystem', { path: folder }).prepare(task('token')),
    'ValidationSetupError',
  );
  assert.ok(failure.message.includes(folder));
  assert.ok(!existsSync(folder));
});
