import assert from 'node:assert/strict';
import { join } from 'node:path';
import { nagiosLine } from '../../src/cli/check/nagios-line.ts';
import { evaluateCheck } from '../../src/core/check.ts';
import { decideDue } from '../../src/core/due-date.ts';
import { WacsError } from '../../src/core/errors.ts';
import { type HealthRecord, healthOfAll } from '../../src/core/health-record.ts';
import { certificatesOf } from '../../src/core/part.ts';
import { planKey } from '../../src/core/plan-key.ts';
import type { PluginServices } from '../../src/core/plugin.ts';
import { withFailure } from '../../src/core/record.ts';
import type { Renewal, RenewalPlan } from '../../src/core/renewal.ts';
import type { AccountRecord } from '../../src/core/stores.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createPlanResolver } from '../../src/plugins/resolve-plan.ts';
import { createAccountStore } from '../../src/storage/account-store.ts';
import { createCertificateCache } from '../../src/storage/certificate-cache.ts';
import { createHealthStore } from '../../src/storage/health-store.ts';
import { createJsonVault } from '../../src/storage/json-vault.ts';
import { createOrderStore } from '../../src/storage/order-store.ts';
import { formatRenewalFile, parseRenewalFile } from '../../src/storage/renewal-file.ts';
import { createRenewalStore } from '../../src/storage/renewal-store.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { defaultSettings, readSettings } from '../../src/storage/settings.ts';
import { duePolicy, pluginDefaults, pollPolicy, retryPolicy } from '../../src/storage/settings-values.ts';
import { accountPaths, type StatePaths } from '../../src/storage/state-paths.ts';
import { certificateState, dns, renewal } from '../core/samples.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createTestCertificate } from '../support/certificates.ts';

/** A kind of state file. */
export interface StateFileKind {
  readonly name: string;
  readonly path: string;
  /** Writes a good one. */
  write(): Promise<void>;
  /** Reads it as the program does, uses it and rewrites it nowhere. @throws WacsError when it cannot be used. */
  use(): Promise<unknown>;
}

const files = createFileStore();
const secrets = createSecretProtection(undefined);
const certificates = createCertificateTools();
const keyPem = '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n';
const id = 'first';

/** Every kind of state file of one CA. */
export async function stateFileKinds(paths: StatePaths, now: Date): Promise<readonly StateFileKind[]> {
  const sample = sampleRenewal(now, paths.root);
  const issued = await createTestCertificate({});
  const account = createAccountStore(accountPaths(paths), files, secrets);
  const orders = createOrderStore(paths.orders, files, { secrets, log: createMemoryLog() });
  const cache = createCertificateCache(paths.certificates, { files, secrets, certificates });
  const vault = createJsonVault(paths.vault, files, secrets);
  const health = createHealthStore({ path: paths.health, files });
  return [
    {
      name: 'renewal',
      path: join(paths.authority, `${id}.renewal.json`),
      write: () => createRenewalStore(paths.authority, files).write(sample),
      use: () => useRenewals(paths.authority, now),
    },
    {
      name: 'account',
      path: paths.account,
      write: () => account.write(sampleAccount(now)),
      use: () => account.read(),
    },
    {
      name: 'order',
      path: join(paths.orders, `${id}.order.json`),
      write: () => orders.write(id, { url: 'https://ca.test/order/1', planKey: 'plan', privateKeyPem: keyPem }),
      use: () => orders.read(id),
    },
    {
      name: 'certificate',
      path: join(paths.certificates, `${id}.certificate.json`),
      write: () => cache.write(id, issued),
      use: () => cache.read(id),
    },
    {
      name: 'settings',
      path: paths.settings,
      write: () => files.writeAtomic(paths.settings, settingsText),
      use: () => useSettings(paths.settings),
    },
    {
      name: 'vault',
      path: paths.vault,
      write: async () => void (await vault.store(id, 'secret')),
      use: () => vault.read(id),
    },
    {
      name: 'health record',
      path: paths.health,
      write: () => health.write(sampleHealth(sample, now)),
      async use() {
        const record = await health.read();
        return record === undefined ? undefined : nagiosLine(evaluateCheck({ ...record, now }), {});
      },
    },
  ];
}

const settingsText = JSON.stringify(
  {
    schemaVersion: 1,
    Acme: { DefaultBaseUri: 'https://ca.test/', RequestTimeout: 30, RequestFirstDelay: 0.5, PreferredIssuer: null },
    Execution: { MaxConcurrency: 5 },
    ScheduledTask: { RenewalDays: 55, StartBoundary: '09:00:00', RandomDelay: '04:00:00' },
    Csr: { Rsa: { KeyBits: 3072 }, Ec: { CurveName: 'secp384r1' } },
    Script: { Timeout: 600 },
  },
  null,
  2,
);

function sampleAccount(since: Date): AccountRecord {
  const terms = 'https://ca.test/terms';
  const pendingKey = { keyPem, since };
  return { keyPem, url: 'https://ca.test/account/1', contact: ['mailto:a@a.test'], termsOfService: terms, pendingKey };
}

/** Everything a renewal can have, with plugins that have options of every type. */
function sampleRenewal(now: Date, root: string): Renewal {
  const later = new Date(now.getTime() + 86_400_000);
  const identifiers = [dns('www.example.test'), { type: 'ip', value: '192.0.2.1' } as const];
  const csr = { key: { type: 'rsa', bits: 3072 }, reusePrivateKey: false, mustStaple: false } as const;
  const certificate = certificateState(now, 90, {
    planKey: planKey({ commonName: dns('www.example.test'), identifiers, friendlyName: '' }, csr, 'shortlived'),
    renewalInfoId: 'aki.serial',
    revoked: false,
    previous: {
      commonName: 'www.example.test',
      friendlyName: 'First',
      thumbprint: 'BB22',
      notBefore: now,
      notAfter: later,
    },
  });
  const renewalInfo = {
    ...{ certificateId: 'aki.serial', windowStart: later, windowEnd: later, selectedMoment: later, askAgainAt: later },
    explanationUrl: 'https://ca.test/incident',
  };
  const parts = [{ name: 'www.example.test', state: { certificate, renewalInfo } }];
  const bare = { ...renewal({ certificate, renewalInfo }), parts };
  const error = new WacsError('AcmeRateLimited', 'too many', { retryAt: later });
  return withFailure({ ...bare, plan: { ...bare.plan, ...planBelow(root) } }, error, now);
}

function planBelow(root: string): Partial<RenewalPlan> {
  const path = join(root, 'stored');
  return {
    source: { plugin: 'manual', commonName: 'www.example.test', hosts: ['www.example.test', '192.0.2.1'] },
    validation: { plugin: 'filesystem', path: join(root, 'web') },
    csr: { plugin: 'rsa', keyBits: 3072 },
    store: [
      { plugin: 'pemfiles', path, fileName: '{FriendlyName}', pemPassword: 'clear-secret' },
      { plugin: 'pfxfile', path, pfxPassword: 'clear-secret' },
    ],
    installation: [
      { plugin: 'none' },
      { plugin: 'script', script: join(root, 'deploy.sh'), scriptParameters: '{CertCommonName}' },
    ],
    profile: 'shortlived',
    preferredIssuer: 'Root X',
  };
}

function sampleHealth(sample: Renewal, now: Date): HealthRecord {
  return {
    baseUri: 'https://ca.test/',
    writtenAt: now,
    lastRun: { command: 'renew', endedAt: now, exitCode: 0, exitName: 'Success' },
    task: { name: 'wacs renew', state: 'unhealthy', problems: ['it is disabled'] },
    ...healthOfAll([{ kind: 'renewal', renewal: sample }], () => ({})),
  };
}

/** Reads all renewals and does what every run does with one: decides what is due, makes its plugins, tells monitors. */
async function useRenewals(folder: string, now: Date): Promise<unknown> {
  const loaded = await createRenewalStore(folder, files).list();
  nagiosLine(evaluateCheck({ now, ...healthOfAll(loaded, () => ({})) }), {});
  const [item] = loaded;
  assert.equal(loaded.length, 1);
  if (item?.kind !== 'renewal') throw item?.error;
  const { renewal } = item;
  for (const policy of [{}, { renewalDays: 3650 }]) {
    for (const view of [renewal, ...certificatesOf(renewal).map((certificate) => certificate.view)]) {
      const planKey = view.state.certificate?.planKey ?? '';
      decideDue(view, { now, policy, planKey, force: false }).dueAt.toISOString();
    }
  }
  const rewritten = parseRenewalFile('as rewritten', formatRenewalFile(renewal));
  assert.equal(formatRenewalFile(rewritten), formatRenewalFile(renewal));
  makePlugins(renewal);
  return renewal;
}

function makePlugins({ plan }: Renewal): void {
  const services: Partial<PluginServices> = {
    ...{ files, certificates, defaults: pluginDefaults(defaultSettings()), platform: 'posix', log: createMemoryLog() },
    revealSecret: async (stored) => secrets.reveal(stored),
  };
  const resolver = createPlanResolver(pluginRegistry, services as PluginServices);
  const { source, order, csr, validation, stores, installations } = resolver;
  for (const make of [source, order, csr, validation, stores, installations]) make(plan);
}

async function useSettings(path: string): Promise<unknown> {
  const settings = await readSettings(path, files);
  return [duePolicy(settings), retryPolicy(settings), pollPolicy(settings), pluginDefaults(settings)];
}
