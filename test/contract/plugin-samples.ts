import type { TestContext } from 'node:test';
import { createOptionTable } from '../../src/cli/options.ts';
import { parseArguments } from '../../src/cli/parse.ts';
import type { OptionValues, PluginFamily, PluginServices } from '../../src/core/plugin.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createChallengeCertificate } from '../../src/crypto/self-signed.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { createHttpClient } from '../../src/platform/http.ts';
import { createHttpChallengeServer } from '../../src/platform/http-challenge-server.ts';
import { createProcessRunner } from '../../src/platform/process.ts';
import { createTlsChallengeServer } from '../../src/platform/tls-challenge-server.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createFakeCertificateStore } from '../support/fake-certificate-store.ts';

/** How a plugin is chosen and given all its options, below a folder. */
export type SampleArguments = (folder: string) => readonly string[];

/** A plugin without a row here fails its suite. */
export const sampleArguments: Readonly<Record<PluginFamily, Readonly<Record<string, SampleArguments>>>> = {
  source: {
    manual: () => ['--host', 'b.test,*.bücher.de,192.0.2.1', '--commonname', 'a.test'],
    csr: (folder) => ['--csrfile', `${folder}/request.csr`, '--pkfile', `${folder}/key.pem`],
  },
  order: { single: () => [], host: () => [], domain: () => [] },
  validation: {
    selfhosting: () => ['--validationport', '8089', '--validationprotocol', 'https'],
    persist: () => ['--persistuntil', '2030-01-31'],
    filesystem: (folder) => ['--webroot', folder, '--manualtargetisiis'],
    'acme-dns': () => ['--acmednsserver', 'https://auth.example.org'],
    azure: () => [
      ...[
        '--azureenvironment',
        'azurecloud',
        '--azureusemsi',
        '--azuretenantid',
        'tenant',
        '--azureclientid',
        'client',
      ],
      ...['--azuresecret', 's "ä%', '--azuresubscriptionid', 'subscription', '--azureresourcegroupname', 'group'],
      ...['--azurehostedzone', 'example.com'],
    ],
    manual: () => [],
    rfc2136: () => [
      ...['--serverhost', 'ns1.example.com', '--serverport', '5353', '--tsigkeyname', 'acme-key'],
      ...['--tsigkeysecret', 'c2VjcmV0IG9mIHRoZSBrZXk=', '--tsigkeyalgorithm', 'hmac-sha512'],
    ],
    script: (folder) => [
      ...['--validationpreparescript', `${folder}/dns.sh`, '--validationpreparescriptarguments', 'add {RecordName}'],
      ...['--validationcleanupscript', `${folder}/dns2.sh`, '--validationcleanupscriptarguments', '"{Token}" -x'],
      ...['--validationscriptparallelism', '2'],
    ],
    cloudflare: () => ['--cloudflareapitoken', 't "ä%'],
    route53: () => [
      ...['--route53iamrole', 'role', '--route53arnrole', 'arn:aws:iam::123456789012:role/dns'],
      ...['--route53accesskeyid', 'AKIDEXAMPLE', '--route53secretaccesskey', 'k "ä%', '--route53region', 'eu-west-1'],
    ],
  },
  csr: {
    rsa: () => ['--reuse-privatekey', '--ocsp-must-staple'],
    ec: () => ['--reuse-privatekey', '--ocsp-must-staple'],
  },
  store: {
    certificatestore: () => [
      ...['--certificatestore', 'WebHosting', '--keepexisting', '--acl-fullcontrol', 'S-1-5-32-545'],
      ...['--acl-read', 'NETWORK SERVICE,IIS AppPool\\Site'],
    ],
    userstore: () => ['--keepexisting'],
    pemfiles: (folder) => ['--pemfilespath', folder, '--pemfilesname', 'site', '--pempassword', 'p "ä%'],
    centralssl: (folder) => [
      ...['--centralsslstore', folder, '--pfxpassword', 'p "ä%', '--pfxprotection', 'legacy', '--keepexisting'],
    ],
    p7bfile: (folder) => ['--p7bfilepath', folder, '--p7bfilename', 'site'],
    pfxfile: (folder) => [
      ...['--pfxfilepath', folder, '--pfxfilename', 'site', '--pfxpassword', 'p "ä%'],
      ...['--pfxprotection', 'legacy'],
    ],
  },
  installation: {
    none: () => [],
    script: (folder) => ['--script', `${folder}/script.sh`, '--scriptparameters', '{CertThumbprint} "a b"'],
  },
};

const table = createOptionTable(pluginRegistry);

/** Values as the real parser reads them, for a create command with the plugin chosen. */
export function valuesOf(family: PluginFamily, name: string, args: readonly string[]): OptionValues {
  const source = family === 'source' ? ['--source', name] : ['--source', 'manual', '--host', 'a.test'];
  const chosen = family === 'source' ? [] : [`--${family}`, name];
  return parseArguments([...source, ...chosen, ...args], table, { slashPrefix: false }).values;
}

export const secrets = createSecretProtection(undefined);

/** Something that a test has to put in place itself. */
function refusing<Service>(methods: readonly (keyof Service & string)[]): Service {
  const refuse = (name: string) => async (): Promise<never> => {
    throw new Error(`${name} is not part of this test`);
  };
  return Object.fromEntries(methods.map((name) => [name, refuse(name)])) as Service;
}

const noFolder = { path: undefined, password: undefined };
const noPfx = { ...noFolder, protection: 'modern' } as const;
/** Stores without anything in settings. */
const storeDefaults = { pemFiles: noFolder, pfxFile: noPfx, centralSsl: noPfx, p7bFile: noFolder };

/** Real services of this machine, but for a log in memory. */
export function realServices(changes: Partial<PluginServices> = {}): PluginServices {
  const log = createMemoryLog();
  const { signal } = new AbortController();
  return {
    files: createFileStore(),
    processes: createProcessRunner(),
    clock: systemClock,
    log,
    certificates: createCertificateTools(),
    http: createHttpClient({ userAgent: 'wacs test', log }),
    acmeDnsAccounts: refusing<PluginServices['acmeDnsAccounts']>(['read', 'write', 'list']),
    dns: refusing<PluginServices['dns']>(['followAliases', 'findZone', 'waitForTxt', 'readTxt', 'exchange']),
    httpChallenges: createHttpChallengeServer({ log }),
    tlsChallenges: createTlsChallengeServer({
      log,
      signal,
      createCertificate: (identifier, keyAuthorization) =>
        createChallengeCertificate(identifier, keyAuthorization, new Date()),
    }),
    signal,
    certificateStore: createFakeCertificateStore(),
    defaults: {
      rsaKeyBits: 3072,
      ecCurve: 'P-384',
      pfxProtection: 'modern',
      scriptTimeoutMs: 10_000,
      cleanupFolders: true,
      certificateStore: { name: undefined, exportable: false, preferCng: false, dateInName: true },
      ...storeDefaults,
    },
    platform: 'posix',
    interactive: true,
    systemRoot: undefined,
    revealSecret: async (stored) => secrets.reveal(stored),
    ...changes,
  };
}

/** Arguments of a plugin in a folder of its own. */
export function sampleOf(
  t: TestContext,
  family: PluginFamily,
  name: string,
): { readonly folder: string; readonly args: readonly string[] } {
  const sample = sampleArguments[family][name];
  if (sample === undefined) throw new Error(`${family} ${name} has no row in sampleArguments`);
  const folder = temporaryFolder(t);
  return { folder, args: sample(folder) };
}
