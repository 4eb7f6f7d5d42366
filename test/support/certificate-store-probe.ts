/**
 * Runs on Windows, in the runtime of the executable: works with the certificate stores by src/platform and prints what came
 * of it as one line of JSON, for test/executable/certificate-store-calls.test.ts to judge.
 */
import type { KeyGrant, StoreEntry, StorePlace } from '../../src/core/certificate-store.ts';
import { WacsError } from '../../src/core/errors.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createCertificateStore } from '../../src/platform/win32/certificates/certificate-store.ts';
import { importIntoCryptoApi } from '../../src/platform/win32/certificates/import-key.ts';
import {
  containerName,
  deleteKeyContainer,
  schannelProvider,
} from '../../src/platform/win32/certificates/key-container.ts';
import { accountSid } from '../../src/platform/win32/sid.ts';
import { createTestCertificate, createTestChain } from './certificates.ts';
import {
  countOpenedContainers,
  freeWhatWineDoesNot,
  handlesLostByOpening,
  isWine,
  nextHandle,
} from './windows/wine-leaks.ts';

const cycles = 1_000;
const results: Record<string, unknown> = {};
const warnings: string[] = [];
const log = {
  verbose() {},
  info() {},
  error() {},
  warning: (line: string) => void warnings.push(line),
  child: () => log,
};
const store = createCertificateStore({
  certificates: createCertificateTools(),
  pfxProtection: 'modern',
  createPassword: () => 'one-time',
  log,
});
const my: StorePlace = { owner: 'machine', name: 'My' };
const certificate = await createTestCertificate({ keyType: 'RSA-2048', intermediates: 2 });
const { thumbprint } = certificate.info;
const container = { ...schannelProvider, name: containerName(thumbprint), ofMachine: true };

const entry = (changes: Partial<StoreEntry> = {}): StoreEntry => ({
  ...{ certificate, friendlyName: 'N\u00e4me \u20ac', exportable: false, preferCng: false, grants: [], ...changes },
});
const here = async (): Promise<unknown> => (await store.list(my)).filter((one) => one.thumbprint === thumbprint);

await probeEntries();
await probeFailures();
await probeGrants();
await probeCycles();
results.warnings = warnings;
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));

async function probeEntries(): Promise<void> {
  await record('the default store', () => store.defaultName());
  await record('stores and rights are there', () => store.check(my, []));
  await record('not there', () => store.find(my, thumbprint));
  await record('added', () => store.add(my, entry()));
  await record('found, in lower case too', () => store.find(my, thumbprint.toLowerCase()));
  await record('added again under another name', () => store.add(my, entry({ friendlyName: 'Other' })));
  await record('listed', here);
  await record('removed', () => store.remove(my, thumbprint));
  await record('removed again', () => store.remove(my, thumbprint));
  await record('listed after that', here);
  await record('a container that an interruption left is replaced', async () => {
    importIntoCryptoApi(certificate.privateKeyPem, { name: container.name, owner: 'machine', exportable: true });
    await store.add(my, entry());
    return (await store.find(my, thumbprint))?.keyProblem ?? 'usable';
  });
  await record('a certificate whose key is gone', async () => {
    deleteKeyContainer(container);
    return (await store.find(my, thumbprint))?.keyProblem;
  });
  await record('gets it again', async () => {
    await store.add(my, entry());
    return [(await store.find(my, thumbprint))?.keyProblem ?? 'usable', await here()];
  });
  await record('a key that another certificate uses stays', keepsSharedKey);
  await record('intermediates without the root', addsIntermediates);
}

/** The same certificate in two stores has one key. */
async function keepsSharedKey(): Promise<unknown> {
  const ca: StorePlace = { owner: 'machine', name: 'CA' };
  await store.add(ca, entry());
  await store.remove(my, thumbprint);
  const left = (await store.find(ca, thumbprint))?.keyProblem ?? 'usable';
  await store.remove(ca, thumbprint);
  return [left, await here()];
}

async function addsIntermediates(): Promise<unknown> {
  const { chainPem, rootPem } = await createTestChain({ intermediates: 2 });
  const before = (await store.list({ owner: 'machine', name: 'CA' })).length;
  for (let times = 0; times < 2; times += 1) await store.addIntermediates('machine', [...chainPem, rootPem]);
  return (await store.list({ owner: 'machine', name: 'CA' })).length - before;
}

async function probeFailures(): Promise<void> {
  await record('a store that does not exist', () => store.list({ owner: 'machine', name: 'Nowhere' }));
  await record('an account that does not exist', () =>
    store.check(my, [{ account: 'IIS AppPool\\Gone', right: 'read' }]),
  );
  await record('a SID that is none', () => store.check(my, [{ account: 'S-1-five', right: 'read' }]));
  await record('a key that is not the one of the certificate', async () => {
    const other = await createTestCertificate({ keyType: 'RSA-2048' });
    await store.add(my, entry({ certificate: { ...certificate, privateKeyPem: other.privateKeyPem } }));
    const { keyProblem } = (await store.find(my, thumbprint)) ?? {};
    await store.remove(my, thumbprint);
    return keyProblem;
  });
}

async function probeGrants(): Promise<void> {
  await record('accounts', () =>
    ['network service', 'BUILTIN\\Administrators', 'Everyone', 's-1-5-20'].map(accountSid),
  );
  const grants: readonly KeyGrant[] = [{ account: 'NETWORK SERVICE', right: 'read' }];
  await record('grants, and the same once more', async () => {
    for (let times = 0; times < 2; times += 1) await store.add(my, entry({ grants }));
    const { keyProblem = 'usable' } = (await store.find(my, thumbprint)) ?? {};
    await store.remove(my, thumbprint);
    return keyProblem;
  });
}

/** Handles and memory before and after many rounds, less what Wine itself loses. */
async function probeCycles(): Promise<void> {
  if (isWine()) freeWhatWineDoesNot();
  await store.add(my, entry());
  const lost = handlesLostByOpening(container.name, container.provider);
  const opened = countOpenedContainers();
  const round = async (): Promise<void> => {
    await store.add(my, entry());
    if ((await store.find(my, thumbprint))?.keyProblem !== undefined) throw new Error('the key cannot be used');
    await store.remove(my, thumbprint);
  };
  const measure = (): { handles: number; rss: number } => {
    globalThis.gc?.();
    return { handles: nextHandle() - opened() * lost, rss: process.memoryUsage().rss };
  };
  const warmUp = 100;
  for (let times = 0; times < warmUp; times += 1) await round();
  const before = measure();
  for (let times = warmUp; times < cycles; times += 1) await round();
  const after = measure();
  results.cycles = {
    ...{ cycles, opened: opened(), lostByOpening: lost, handles: after.handles - before.handles },
    megabytes: (after.rss - before.rss) / 2 ** 20,
    left: await here(),
  };
}

async function record(name: string, step: () => unknown): Promise<void> {
  try {
    results[name] = (await step()) ?? null;
  } catch (error) {
    results[name] =
      error instanceof WacsError
        ? { code: error.code, message: error.message, hint: error.hint }
        : { fault: String(error) };
  }
}
