import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { IssuedCertificate, KeySpec } from '../core/certificate.ts';
import type { WindowsCertificateStore } from '../core/certificate-store.ts';
import { successEventId } from '../core/event-log.ts';
import { type SelfTestItem, SkippedItem } from '../core/self-test.ts';
import {
  certificateStoreItem,
  httpChallengeItem,
  permissionsItem,
  programItem,
  type SelfTestParts,
  secretsItem,
  taskItem,
} from '../core/self-test-items.ts';
import { createCertificateTools } from '../crypto/certificate-tools.ts';
import { pluginDefaults } from '../storage/settings-values.ts';
import type { AcmeParts } from './acme.ts';
import { createPassword, lazyCertificateStore } from './certificate-store.ts';
import { lazyHttpChallenges } from './challenges.ts';
import { type Foundation, onWindows } from './foundation.ts';
import { loadPermissions } from './permissions.ts';
import { wireGuard, wireScheduler, wishedTask } from './scheduler.ts';

const httpPort = 80;
const keys: readonly KeySpec[] = [
  { type: 'rsa', bits: 2048 },
  { type: 'ec', curve: 'P-256' },
];

/** What `--selftest` tries: nothing of it needs a CA, and nothing of it stays. */
export async function selfTestItems(foundation: Foundation, acme: AcmeParts): Promise<readonly SelfTestItem[]> {
  const { files, paths, secrets } = foundation;
  const permissions = await loadPermissions();
  const parts: SelfTestParts = {
    files,
    folder: join(paths.root, `selftest-${randomBytes(6).toString('hex')}`),
    openTo: (path) => permissions.openTo(path),
    protect: (plain) => secrets.protect(plain),
    reveal: async (stored) => secrets.reveal(stored),
    http: acme.http,
    httpChallenges: lazyHttpChallenges(foundation),
  };
  const everywhere = [permissionsItem(parts), secretsItem(parts), httpChallengeItem(parts, httpPort)];
  return [...(await identityItems()), ...everywhere, ...(await windowsItems(foundation))];
}

async function identityItems(): Promise<readonly SelfTestItem[]> {
  if (!onWindows) return [];
  const { elevationItem } = await import('../platform/win32/self-test.ts');
  return [elevationItem];
}

async function windowsItems(foundation: Foundation): Promise<readonly SelfTestItem[]> {
  if (!onWindows) return [notHere('certificate store'), notHere('scheduled task'), notHere('event log')];
  const { eventLogItem, singleInstanceItem } = await import('../platform/win32/self-test.ts');
  const definition = await wishedTask(foundation);
  const task = { ...definition, name: 'wacs selftest', arguments: '--version' };
  return [
    ...(await storeItems(foundation)),
    taskItem(await wireScheduler(foundation), task),
    programItem(await wireGuard(), process.execPath),
    eventLogItem(successEventId),
    singleInstanceItem,
  ];
}

async function storeItems(foundation: Foundation): Promise<readonly SelfTestItem[]> {
  const store = openStore(foundation);
  const places = [
    { owner: 'machine', name: await store.defaultName() },
    { owner: 'user', name: 'My' },
  ] as const;
  return places.flatMap((place) => keys.map((key) => certificateStoreItem(store, place, createCertificate, key)));
}

function openStore({ settings, log, redactor }: Foundation): WindowsCertificateStore {
  return lazyCertificateStore({
    certificates: createCertificateTools(),
    pfxProtection: pluginDefaults(settings).pfxProtection,
    createPassword: () => createPassword(redactor),
    log,
  });
}

async function createCertificate(key: KeySpec): Promise<IssuedCertificate> {
  const { createSelfSigned } = await import('../crypto/self-signed.ts');
  const { certificatePem, privateKeyPem } = await createSelfSigned(key, new Date());
  const info = createCertificateTools().readCertificate(certificatePem);
  const name = 'wacs selftest';
  return { info, commonName: name, friendlyName: name, privateKeyPem, certificatePem, chainPem: [] };
}

function notHere(name: string): SelfTestItem {
  return {
    name,
    run: () => Promise.reject(new SkippedItem('there is none on this system')),
  };
}
