import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStores, type DeployRequest, deployCertificate, type Named } from '../../src/core/deploy.ts';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';
import type { InstallationContext, InstallationPlugin, StorePlugin } from '../../src/core/plugin.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { createFakeCache } from './fake-stores.ts';

const certificate = await createTestCertificate();

function setUp() {
  const journal: string[] = [];
  const interrupting = new AbortController();
  const services = {
    certificates: createCertificateTools(),
    cache: createFakeCache(journal),
    pfxProtection: 'modern' as const,
    createPassword: () => 'one-time',
    log: createMemoryLog(),
    signal: interrupting.signal,
  };
  const store = (name: string, failure?: WacsError, more: Partial<StorePlugin> = {}): Named<StorePlugin> => ({
    name,
    plugin: {
      async save() {
        journal.push(`save ${name}`);
        if (failure !== undefined) throw failure;
        return { plugin: name, path: `/${name}`, items: [`/${name}/file`] };
      },
      ...more,
    },
  });
  const installation = (
    name: string,
    install: InstallationPlugin['install'] = async () => undefined,
  ): Named<InstallationPlugin> => ({
    name,
    plugin: {
      install(context) {
        journal.push(`install ${name}`);
        return install(context);
      },
    },
  });
  const deploy = (parts: Pick<DeployRequest, 'stores' | 'installations'> & Partial<DeployRequest>) =>
    deployCertificate({ renewalId: 'first', fileId: 'first', certificate, ...parts }, services);
  return { journal, interrupting, services, store, installation, deploy };
}

test('stores come first, then the installation steps in order, each knowing where the certificate is', async () => {
  const { journal, store, installation, deploy } = setUp();
  const seen: InstallationContext[] = [];
  const previous = { commonName: 'old', friendlyName: 'Old', thumbprint: 'BB' };
  await deploy({
    stores: [store('pem'), store('pfx')],
    installations: [installation('one', async (context) => void seen.push(context)), installation('two')],
    previous,
  });
  assert.deepEqual(journal, ['save pem', 'save pfx', 'install one', 'install two']);
  assert.deepEqual(
    seen[0]?.stores.map(({ plugin, path }) => [plugin, path]),
    [
      ['pem', '/pem'],
      ['pfx', '/pfx'],
    ],
  );
  assert.deepEqual([seen[0]?.previous, seen[0]?.certificate, seen[0]?.renewalId], [previous, certificate, 'first']);
});

test('all stores are tried; after a failure nothing is installed', async () => {
  const { journal, store, installation, deploy } = setUp();
  const full = new WacsError('StorageError', 'disk full', { hint: 'Make room.' });
  const work = deploy({ stores: [store('pem', full), store('pfx')], installations: [installation('one')] });
  const failure = await failureOf(work, 'StoreError');
  assert.deepEqual([failure.message, failure.hint], ['store pem: disk full', 'Make room.']);
  assert.deepEqual(journal, ['save pem', 'save pfx']);
});

test('every store that failed is named', async () => {
  const { store, deploy } = setUp();
  const stores = [
    store('pem', new WacsError('StorageError', 'disk full')),
    store('pfx', new WacsError('AccessDenied', 'refused')),
  ];
  const failure = await failureOf(deploy({ stores, installations: [] }), 'StoreError');
  assert.equal(failure.message, 'store pem: disk full; store pfx: refused');
  assert.equal(failure.details.failures?.length, 2);
});

test('an installation step that fails stops those after it', async () => {
  const { journal, installation, deploy } = setUp();
  const failed = new WacsError('ScriptFailed', 'ended with 3', { exitStatus: 3 });
  const installations = [installation('one', () => Promise.reject(failed)), installation('two')];
  const failure = await failureOf(deploy({ stores: [], installations }), 'ScriptFailed');
  assert.equal(failure.details.exitStatus, 3);
  assert.deepEqual(journal, ['install one']);
});

const translated: [ErrorCode, ErrorCode][] = [
  ['InstallationError', 'InstallationError'],
  ['ScriptFailed', 'ScriptFailed'],
  ['UnsupportedPlatform', 'UnsupportedPlatform'],
  ['Interrupted', 'Interrupted'],
  ['AccessDenied', 'InstallationError'],
  ['UnexpectedError', 'InstallationError'],
];

for (const [thrown, shown] of translated) {
  test(`${thrown} of an installation step is ${shown} to the outside`, async () => {
    const { installation, deploy } = setUp();
    const step = installation('one', () => Promise.reject(new WacsError(thrown, 'reason')));
    const failure = await failureOf(deploy({ stores: [], installations: [step] }), shown);
    assert.equal(failure.message, 'installation one: reason');
  });
}

test('a foreign error of an installation step becomes InstallationError with its cause', async () => {
  const { installation, deploy } = setUp();
  const foreign = new TypeError('fault');
  const step = installation('one', () => Promise.reject(foreign));
  const failure = await failureOf(deploy({ stores: [], installations: [step] }), 'InstallationError');
  assert.equal(failure.cause, foreign);
});

test('a PFX is made only when a step asks for it, and is gone afterwards', async () => {
  const { journal, installation, deploy } = setUp();
  const seen: object[] = [];
  await deploy({
    stores: [],
    installations: [
      installation('without'),
      installation('with', (context) => context.withCachedPfx(async (pfx) => void seen.push(pfx))),
    ],
  });
  assert.deepEqual(seen, [{ path: '/cache/first.pfx', password: 'one-time' }]);
  assert.deepEqual(journal, ['install without', 'install with', 'pfx written (with content)', 'pfx removed']);
});

test('an interruption is seen before the next step', async () => {
  const { journal, interrupting, installation, deploy } = setUp();
  const first = installation('one', async () => interrupting.abort(interruption()));
  await failureOf(deploy({ stores: [], installations: [first, installation('two')] }), 'Interrupted');
  assert.deepEqual(journal, ['install one']);
});

/** A store that can drop certificates, some of them not. */
function retiring({ journal, store }: ReturnType<typeof setUp>, held: readonly string[] = []): Named<StorePlugin> {
  return store('windows', undefined, {
    async retire(thumbprint) {
      journal.push(`retire ${thumbprint}`);
      if (held.includes(thumbprint)) throw new WacsError('StoreError', 'in use');
    },
  });
}

const previous = { commonName: 'old', friendlyName: 'Old', thumbprint: 'BB' };

test('stores drop what was replaced when everything has succeeded, and never the certificate itself', async () => {
  const bench = setUp();
  const stores = [bench.store('pem'), retiring(bench)];
  const installations = [bench.installation('one')];
  const superseded = ['CC', certificate.info.thumbprint, 'BB'];
  assert.deepEqual(await bench.deploy({ stores, installations, previous, superseded }), []);
  assert.deepEqual(bench.journal, ['save pem', 'save windows', 'install one', 'retire BB', 'retire CC']);
});

test('as long as an installation step or another store fails, what is to be replaced stays', async () => {
  const bench = setUp();
  const failed = new WacsError('ScriptFailed', 'ended with 3');
  const installations = [bench.installation('one', () => Promise.reject(failed))];
  await failureOf(bench.deploy({ stores: [retiring(bench)], installations, previous }), 'ScriptFailed');
  const stores = [retiring(bench), bench.store('pem', new WacsError('StoreError', 'full'))];
  await failureOf(bench.deploy({ stores, installations: [], previous }), 'StoreError');
  assert.deepEqual(
    bench.journal.filter((line) => line.startsWith('retire')),
    [],
  );
});

test('a certificate that cannot be dropped is told and fails nothing; the others are dropped', async () => {
  const bench = setUp();
  const stores = [retiring(bench, ['BB'])];
  const kept = await bench.deploy({ stores, installations: [], previous, superseded: ['CC'] });
  assert.deepEqual(kept, ['BB']);
  assert.deepEqual(bench.journal, ['save windows', 'retire BB', 'retire CC']);
  assert.deepEqual(
    bench.services.log.lines.filter((line) => line.startsWith('warning')),
    ['warning: store windows: the replaced certificate BB stays: in use'],
  );
});

test('a store that cannot work here says so with its own code', async () => {
  const { store } = setUp();
  const denied = new WacsError('AccessDenied', 'refused', { hint: 'Elevate.' });
  const stores = [store('pem'), store('windows', undefined, { check: () => Promise.reject(denied) })];
  const failure = await failureOf(checkStores(stores), 'AccessDenied');
  assert.deepEqual([failure.message, failure.hint], ['store windows: refused', 'Elevate.']);
  await checkStores([store('pem')]);
});
