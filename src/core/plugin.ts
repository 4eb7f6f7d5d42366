import type { PersistentBinding } from './acme.ts';
import type { CertificateTools, IssuedCertificate, KeySpec, PfxProtection } from './certificate.ts';
import type { WindowsCertificateStore } from './certificate-store.ts';
import type { DnsClient } from './dns.ts';
import type { Identifier } from './identifier.ts';
import type { OptionDefinition } from './option.ts';
import type {
  Clock,
  FileStore,
  HttpChallengeServer,
  HttpClient,
  Log,
  ProcessRunner,
  TlsChallengeServer,
} from './ports.ts';
import type { PluginOptions, PreviousCertificate } from './renewal.ts';
import type { AcmeDnsAccountStore } from './stores.ts';

/** What the command line gave, by option name; only options of the table appear. */
export interface OptionValues {
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  flag(name: string): boolean;
  integer(name: string): number | undefined;
}

/** Settings that serve as defaults for plugin options. */
export interface PluginDefaults {
  readonly rsaKeyBits: 2048 | 3072 | 4096;
  readonly ecCurve: 'P-256' | 'P-384';
  readonly pfxProtection: PfxProtection;
  readonly scriptTimeoutMs: number;
  /** Whether folders that were made for challenges are removed again. */
  readonly cleanupFolders: boolean;
  readonly certificateStore: {
    /** Name of the store; undefined: what Windows and IIS suggest. */
    readonly name: string | undefined;
    readonly exportable: boolean;
    readonly preferCng: boolean;
    /** Date and time in the friendly name. */
    readonly dateInName: boolean;
  };
  /** For stores of renewals that leave it open. */
  readonly pemFiles: FolderDefaults;
  readonly pfxFile: PfxDefaults;
  readonly centralSsl: PfxDefaults;
  readonly p7bFile: FolderDefaults;
}

/** Defaults of a store that keeps files. */
export interface FolderDefaults {
  readonly path: string | undefined;
  /** In its stored form. */
  readonly password: string | undefined;
}

/** Defaults of a store that keeps PFX files. */
export interface PfxDefaults extends FolderDefaults {
  readonly protection: PfxProtection;
}

/** What settings say in place of an option. */
export interface DefaultChoice {
  /** Name of the setting, such as `Store.DefaultStore`. */
  readonly setting: string;
  readonly value: string;
}

/** Everything a plugin may use; each names the parts it needs. */
export interface PluginServices {
  readonly files: FileStore;
  readonly processes: ProcessRunner;
  readonly clock: Clock;
  readonly log: Log;
  readonly certificates: CertificateTools;
  readonly certificateStore: WindowsCertificateStore;
  /** Requests to others than the CA, such as DNS services; proxies and trusted roots as for the CA. */
  readonly http: HttpClient;
  readonly dns: DnsClient;
  readonly acmeDnsAccounts: AcmeDnsAccountStore;
  readonly httpChallenges: HttpChallengeServer;
  readonly tlsChallenges: TlsChallengeServer;
  readonly defaults: PluginDefaults;
  readonly platform: 'win32' | 'posix';
  /** Whether somebody is there to do something: at a terminal, while a renewal is created. */
  readonly interactive: boolean;
  /** Windows folder; undefined on other systems. */
  readonly systemRoot: string | undefined;
  /** Aborted at the run's limit and by an interruption. */
  readonly signal: AbortSignal;
  /** Reads a secret stored in plugin options, or in the vault they refer to. @throws WacsError ConfigurationError. */
  revealSecret(stored: string): Promise<string>;
}

/** Turns a secret into its stored form; a reference to the vault stays as it is. @throws WacsError UsageError for a wrong one. */
export type ProtectSecret = (plain: string) => string;

/** A plugin of one family: its name, its own options, and how it is made. */
export interface PluginDescriptor<Plugin> {
  /** The word on the command line and in the renewal file; lower case. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionDefinition[];
  /** Fields of the stored options that hold a protected secret; `a.b` is field `b` of the object in field `a`. */
  readonly secretFields?: readonly string[];
  /** Stored options from the command line. @throws WacsError UsageError, SourceError. */
  fromArguments(values: OptionValues, protect: ProtectSecret, defaults?: PluginDefaults): PluginOptions;
  /** The plugin from its stored options, parsed and never cast. @throws WacsError ConfigurationError. */
  create(options: PluginOptions, services: PluginServices): Plugin;
}

/** Where the names come from. */
export interface Target {
  readonly commonName: Identifier;
  /** Common name included, no duplicates. */
  readonly identifiers: readonly Identifier[];
  /** Used when no friendly name was given. */
  readonly friendlyName: string;
  /** The certificate request to send, where the source brings one. */
  readonly request?: GivenRequest;
}

/** A certificate request that was made elsewhere; it is sent as it is. */
export interface GivenRequest {
  /** PKCS#10 (RFC 2986). */
  readonly der: Uint8Array;
  /** SHA-256 over the DER form, lower-case hex. */
  readonly digest: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string;
  /** PKCS#8 PEM, if it was handed over. Secret. */
  readonly privateKeyPem?: string;
}

/** Family `source`: which names the certificates of a renewal cover. */
export interface SourcePlugin {
  /** @throws WacsError SourceError when there are no usable hosts. */
  readTarget(): Promise<Target>;
}

/** A source plugin says whether it brings the certificate request, which leaves no choice of the key. */
export interface SourceDescriptor extends PluginDescriptor<SourcePlugin> {
  readonly bringsRequest?: true;
}

/** One certificate to order out of a target. */
export interface OrderPart {
  /** Unique, and the same in the next run; absent when there is only one certificate whatever the target. */
  readonly name?: string;
  readonly target: Target;
}

/** Family `order`: how a target is split into certificates. */
export interface OrderPlugin {
  split(target: Target): Promise<readonly OrderPart[]>;
}

/** Challenge types a plugin can answer (RFC 8555 section 8, RFC 8737, draft-ietf-acme-dns-persist). */
export type ChallengeType = 'http-01' | 'dns-01' | 'tls-alpn-01' | 'dns-persist-01';

/** A challenge that has to be put in place. */
export interface ChallengeTask {
  readonly identifier: Identifier;
  readonly token: string;
  readonly keyAuthorization: string;
  /** For dns-persist-01, which has no token. */
  readonly persist?: PersistentBinding;
}

/** Family `validation`: puts challenges in place and removes them again. */
export interface ValidationPlugin {
  readonly challengeType: ChallengeType;
  /** A sentence why the identifier cannot be validated this way; undefined when it can. */
  refusal(identifier: Identifier): string | undefined;
  /** MUST return only when the CA can see the challenge. MUST be safe side by side for several challenges. */
  prepare(task: ChallengeTask): Promise<void>;
  /** MUST remove what `prepare` made and only that, also when `prepare` failed halfway. */
  cleanUp(task: ChallengeTask): Promise<void>;
}

/** A validation plugin says which challenges it can answer; `--validationmode` chooses among them. */
export interface ValidationDescriptor extends PluginDescriptor<ValidationPlugin> {
  /** The first one is used without `--validationmode`. */
  readonly challengeTypes: readonly ChallengeType[];
}

/** Family `csr`: the key of the certificate. */
export interface CsrPlugin {
  readonly key: KeySpec;
  readonly reusePrivateKey: boolean;
  /** Ask for the TLS feature extension (RFC 7633) that makes clients insist on a stapled OCSP answer. */
  readonly mustStaple: boolean;
}

/** Where a store has put the certificate. */
export interface StoreResult {
  readonly plugin: string;
  /** Folder or store name, for scripts' `{StorePath}`. */
  readonly path: string;
  /** Each file or entry written. */
  readonly items: readonly string[];
}

/** Family `store`: keeps the certificate where software finds it. */
export interface StorePlugin {
  /** True when it can do nothing with a certificate whose private key is elsewhere. */
  readonly needsPrivateKey?: boolean;
  /** The option that gives a fixed name, under which several certificates would overwrite each other. */
  readonly fixedNameOption?: string;
  /**
   * Before anything is ordered or saved: MUST fail when `save` cannot work here, as far as that can be told, and MUST
   * change nothing. Its failure is the run's, with its own code.
   */
  check?(): Promise<void>;
  /** MUST be repeatable with the same certificate. @throws WacsError StoreError, AccessDenied, StorageError. */
  save(certificate: IssuedCertificate): Promise<StoreResult>;
  /**
   * Removes what an earlier `save` has kept of a certificate that is out of use. Called when every store and every
   * installation step has succeeded with its successor. MUST touch nothing else; nothing happens when nothing is there.
   * @param thumbprint SHA-1, upper-case hex
   */
  retire?(thumbprint: string): Promise<void>;
}

/** What an installation step may know. */
export interface InstallationContext {
  readonly renewalId: string;
  readonly certificate: IssuedCertificate;
  readonly stores: readonly StoreResult[];
  readonly previous?: PreviousCertificate;
  /** Runs the work with the same certificate as a PFX file, which is made for it and removed afterwards. */
  withCachedPfx<Result>(
    work: (pfx: { readonly path: string; readonly password: string }) => Promise<Result>,
  ): Promise<Result>;
}

/** Family `installation`: makes software use the certificate. */
export interface InstallationPlugin {
  /** MUST be repeatable. @throws WacsError InstallationError, ScriptFailed. */
  install(context: InstallationContext): Promise<void>;
}

/** The explicit registry of all plugins. */
export interface PluginRegistry {
  readonly source: readonly SourceDescriptor[];
  readonly order: readonly PluginDescriptor<OrderPlugin>[];
  readonly validation: readonly ValidationDescriptor[];
  readonly csr: readonly PluginDescriptor<CsrPlugin>[];
  readonly store: readonly PluginDescriptor<StorePlugin>[];
  readonly installation: readonly PluginDescriptor<InstallationPlugin>[];
}

/** Name of a plugin family. */
export type PluginFamily = keyof PluginRegistry;
