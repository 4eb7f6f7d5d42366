import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DnsClient } from '../../src/core/dns.ts';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';
import type { ChallengeTask, PluginServices, ValidationDescriptor, ValidationPlugin } from '../../src/core/plugin.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { exchangeDirectly } from '../../src/platform/dns/direct-exchange.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { AcmeDnsApi } from '../../src/plugins/validation/acme-dns/api.ts';
import { acmeDnsValidation } from '../../src/plugins/validation/acme-dns/descriptor.ts';
import { createAzureValidation } from '../../src/plugins/validation/azure/descriptor.ts';
import { createCloudflareValidation } from '../../src/plugins/validation/cloudflare/descriptor.ts';
import { challengeRecordName, challengeRecordValue } from '../../src/plugins/validation/dns-validation.ts';
import { createManualValidation } from '../../src/plugins/validation/manual/descriptor.ts';
import { rfc2136Validation } from '../../src/plugins/validation/rfc2136/descriptor.ts';
import { createRoute53Validation } from '../../src/plugins/validation/route53/descriptor.ts';
import { scriptValidation } from '../../src/plugins/validation/script/descriptor.ts';
import { createAcmeDnsAccountStore } from '../../src/storage/acme-dns-store.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { startUpdateServer } from '../support/dns/update-server.ts';
import { startAcmeDns } from '../support/dns-apis/acme-dns.ts';
import { startAzure } from '../support/dns-apis/azure.ts';
import { startCloudflare } from '../support/dns-apis/cloudflare.ts';
import { startRoute53 } from '../support/dns-apis/route53.ts';
import { quickServices } from './dns-places.ts';
import { createPerson } from './person.ts';
import { createPlaceScript } from './place-script.ts';
import { secrets, valuesOf } from './plugin-samples.ts';

/** A validation by DNS in a place of its own, with all names in one zone `test`. */
export interface DnsValidationPlace {
  readonly plugin: ValidationPlugin;
  /** The key authorization, when the name servers have its digest where the CA looks. */
  readAnswer(task: ChallengeTask): Promise<string | undefined>;
  contents(): Promise<readonly string[]>;
  /** From now on nothing can be changed. */
  block(): Promise<void>;
  /** What prepare then fails with; default ValidationSetupError. */
  readonly failsWith?: ErrorCode;
  /** False where a value stays until another one takes its place. */
  readonly clears?: boolean;
}

/** Every DNS service as the registered plugins reach it, at the address of a double. */
export const dnsValidationPlaces: Readonly<Record<string, (t: TestContext) => Promise<DnsValidationPlace>>> = {
  async cloudflare(t) {
    const double = await startCloudflare(t);
    double.addZone('test');
    const token = double.addToken({ zones: ['test'], mayEdit: true });
    const plugin = create(createCloudflareValidation(double.api), ['--cloudflareapitoken', token], dnsServices(t));
    return {
      plugin,
      readAnswer: async (task) => answerAmong(double.valuesAt(recordName(task)), task),
      contents: async () => double.zones.flatMap(({ records }) => records.map(({ name, content }) => name + content)),
      block: async () => void double.tokens.set(token, { zones: ['test'], mayEdit: false }),
    };
  },
  async route53(t) {
    const services = dnsServices(t);
    const double = await startRoute53(t, services.clock);
    double.addZone('test');
    const { accessKeyId, secretAccessKey } = double.addKey();
    const args = ['--route53accesskeyid', accessKeyId, '--route53secretaccesskey', secretAccessKey];
    return {
      plugin: create(
        createRoute53Validation(() => double.endpoints),
        args,
        services,
      ),
      readAnswer: async (task) => answerAmong(double.valuesAt(recordName(task)), task),
      contents: async () => double.zones.flatMap(({ sets }) => sets.map((set) => JSON.stringify(set))),
      async block() {
        const reply = { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' };
        double.inject({ on: ({ method }) => method === 'POST', times: Infinity, reply });
      },
    };
  },
  async azure(t) {
    const double = await startAzure(t);
    double.addZone('test');
    const { tenantId, clientId, secret } = double.addClient();
    const args = ['--azuretenantid', tenantId, '--azureclientid', clientId, '--azuresecret', secret];
    return {
      plugin: create(
        createAzureValidation(() => double.endpoints),
        args,
        dnsServices(t),
      ),
      readAnswer: async (task) => answerAmong(double.valuesAt(recordName(task)), task),
      contents: async () => double.zones.flatMap(({ sets }) => [...sets].map((set) => JSON.stringify(set))),
      block: async () => void double.readers.add(clientId),
    };
  },
  async 'acme-dns'(t) {
    const store = createAcmeDnsAccountStore(temporaryFolder(t), {
      files: createFileStore(),
      secrets,
      log: createMemoryLog(),
    });
    // Each name leads to an account of its own, as after the administrator has made the CNAMEs.
    const followAliases: DnsClient['followAliases'] = async (name) => {
      const known = await store.read(double.url, name);
      if (known !== undefined) return known.fullDomain;
      const account = await new AcmeDnsApi(double.url, services).register(name);
      await store.write(double.url, account);
      return account.fullDomain;
    };
    const services = dnsServices(t, { acmeDnsAccounts: store }, followAliases);
    const double = await startAcmeDns(t, services.clock);
    return {
      plugin: create(acmeDnsValidation, ['--acmednsserver', double.url], services),
      readAnswer: async (task) => answerAmong(double.valuesAt(await followAliases(recordName(task))), task),
      contents: async () => [],
      block: async () =>
        double.inject({ on: ({ path }) => path === '/update', times: Infinity, reply: { status: 401, body: '{}' } }),
      clears: false,
    };
  },
  async manual(t) {
    const person = createPerson();
    const valuesAt = (name: string): string[] => [...(person.records.get(name) ?? [])];
    const services = dnsServices(t, { log: person.log });
    const waitForTxt: DnsClient['waitForTxt'] = async ({ name, value }, limitMs) => {
      const isThere = valuesAt(name).includes(value) && limitMs !== undefined;
      if (!isThere) throw new WacsError('ValidationSetupError', 'it does not appear');
    };
    const limits = { limitMs: 100, firstPauseMs: 10, longestPauseMs: 10 };
    return {
      plugin: create(createManualValidation(limits), [], { ...services, dns: { ...services.dns, waitForTxt } }),
      readAnswer: async (task) => answerAmong(valuesAt(recordName(task)), task),
      contents: async () => [...person.records.values()].flatMap((values) => [...values]),
      block: async () => person.leaves(),
    };
  },
  async rfc2136(t) {
    const secret = Buffer.from('a secret of thirty-two bytes, ok');
    const key = { name: 'acme', algorithm: 'hmac-sha256', hash: 'sha256', secret };
    const server = await startUpdateServer(t, ['test'], key);
    const services = dnsServices(t);
    const dns = { ...services.dns, exchange: exchangeDirectly };
    const args = ['--serverhost', server.address, '--serverport', String(server.port), '--tsigkeyname', 'acme'];
    return {
      plugin: create(rfc2136Validation, [...args, '--tsigkeysecret', secret.toString('base64')], {
        ...services,
        clock: systemClock,
        dns,
      }),
      readAnswer: async (task) => answerAmong(server.values.get(recordName(task)) ?? [], task),
      contents: async () => [...server.values.values()].flat(),
      block: async () => void Object.assign(server.mood, { rcode: 5 }),
    };
  },
  async script(t) {
    const { path, place: zone, block } = createPlaceScript(temporaryFolder(t));
    const valuesAt = (name: string): string[] => (existsSync(join(zone, name)) ? readdirSync(join(zone, name)) : []);
    return {
      plugin: create(
        scriptValidation,
        ['--validationscript', path, '--validationscriptparallelism', '3'],
        dnsServices(t),
      ),
      readAnswer: async (task) => answerAmong(valuesAt(recordName(task)), task),
      contents: async () => readdirSync(zone, { recursive: true, encoding: 'utf8' }).sort(),
      block: async () => block(),
      failsWith: 'ScriptFailed',
    };
  },
};

function create(descriptor: ValidationDescriptor, args: readonly string[], services: PluginServices): ValidationPlugin {
  const stored = descriptor.fromArguments(valuesOf('validation', descriptor.name, args), (plain) =>
    secrets.protect(plain),
  );
  return descriptor.create(stored, services);
}

/** A DNS in which every record is seen at once. */
function dnsServices(
  t: TestContext,
  changes: Partial<PluginServices> = {},
  followAliases: DnsClient['followAliases'] = async (name) => name,
) {
  const absent = async (): Promise<never> => {
    throw new Error('not part of this test');
  };
  const dns = { followAliases, findZone: absent, exchange: absent, readTxt: absent, waitForTxt: async () => undefined };
  return quickServices(t, { dns, ...changes });
}

function recordName({ identifier }: ChallengeTask): string {
  return challengeRecordName(identifier);
}

function answerAmong(values: readonly string[], task: ChallengeTask): string | undefined {
  return values.includes(challengeRecordValue(task)) ? task.keyAuthorization : undefined;
}
