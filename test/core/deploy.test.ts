import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeployRequest, deployCertificate, type Named } from '../../src/core/deploy.ts';
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
  const store = (name: string, failure?: WacsError): Named<StorePlugin> => ({
    name,
    plugin: {
      async save() {
        journal.push(`save ${name}`);
        if (failure !== undefined) throw failure;
        return { plugin: name, path: `/${name}`, items: [`/${name}/file`] };
      },
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
  const deploy = (parts: Pick<DeployRequest, 'stores' | 'installations'> & Partial<DeployRequest>): Promise<void> =>
    deployCertificate({ renewalId: 'first', certificate, ...parts }, services);
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
