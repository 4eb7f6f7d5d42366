import type { LocalhostTlsFiles } from './tls.ts';

export interface PebbleProfile {
  readonly description: string;
  /** Seconds. */
  readonly validityPeriod: number;
}

/** What Pebble 2.10 can be told, with defaults under which nothing is left to chance. */
export interface PebbleOptions {
  /** Refuse what the protocol no longer allows; default true. */
  readonly strict?: boolean;
  /** Percent of good nonces refused; default 0 (Pebble's own is 5). */
  readonly nonceReject?: number;
  /** Percent of identifiers whose valid authorization is used again; default 0 (Pebble's own is 50). */
  readonly authzReuse?: number;
  /** Validate at once; default true. Otherwise after up to 5 seconds. */
  readonly vaNoSleep?: boolean;
  /** Validate nothing and call everything valid; default false. */
  readonly vaAlwaysValid?: boolean;
  /** Chains offered beside the first; default 0. */
  readonly alternateRoots?: number;
  /** Intermediates in each chain; default 1. */
  readonly chainLength?: number;
  readonly keyAlgorithm?: 'rsa' | 'ecdsa';
  /** By name; default one named `default`, 90 days. Of several, Pebble draws one for each order that names none. */
  readonly profiles?: Readonly<Record<string, PebbleProfile>>;
  readonly domainBlocklist?: readonly string[];
  /** Base64url HMAC keys by key id. With any, new accounts must bring an external account binding. */
  readonly externalAccountMacKeys?: Readonly<Record<string, string>>;
  /** The Retry-After of pending authorizations and orders in seconds; default 1 each, 0 leaves the header out. */
  readonly retryAfter?: { readonly authz?: number; readonly order?: number };
  /** What every name resolves to; '' for no answer. Default 127.0.0.1. */
  readonly defaultIPv4?: string;
  /** Default '' (no answer). */
  readonly defaultIPv6?: string;
  /** Another DNS server for Pebble to ask, `address:port`, in place of pebble-challtestsrv. */
  readonly dnsServer?: string;
}

export interface PebblePorts {
  readonly acme: number;
  readonly management: number;
  /** Where Pebble looks for http-01 answers. */
  readonly http: number;
  /** Where Pebble looks for tls-alpn-01 answers. */
  readonly tls: number;
  readonly dns: number;
  readonly challtest: number;
}

const NINETY_DAYS_S = 7_776_000;

export function pebbleConfig(options: PebbleOptions, ports: PebblePorts, files: LocalhostTlsFiles): string {
  const { externalAccountMacKeys = {}, retryAfter = {} } = options;
  const profiles = options.profiles ?? {
    default: { description: 'The default profile', validityPeriod: NINETY_DAYS_S },
  };
  const pebble = {
    listenAddress: `127.0.0.1:${ports.acme}`,
    managementListenAddress: `127.0.0.1:${ports.management}`,
    certificate: files.certificateFile,
    privateKey: files.privateKeyFile,
    httpPort: ports.http,
    tlsPort: ports.tls,
    ocspResponderURL: '',
    externalAccountBindingRequired: Object.keys(externalAccountMacKeys).length > 0,
    externalAccountMACKeys: externalAccountMacKeys,
    domainBlocklist: options.domainBlocklist ?? [],
    retryAfter: { authz: retryAfter.authz ?? 1, order: retryAfter.order ?? 1 },
    keyAlgorithm: options.keyAlgorithm ?? 'ecdsa',
    profiles,
  };
  return JSON.stringify({ pebble }, undefined, 2);
}

export function pebbleEnvironment(options: PebbleOptions): Record<string, string> {
  return {
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.authzReuse ?? 0),
    PEBBLE_VA_NOSLEEP: (options.vaNoSleep ?? true) ? '1' : '0',
    PEBBLE_VA_ALWAYS_VALID: (options.vaAlwaysValid ?? false) ? '1' : '0',
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
    PEBBLE_CHAIN_LENGTH: String(options.chainLength ?? 1),
  };
}

export function pebbleArguments(options: PebbleOptions, ports: PebblePorts, configFile: string): string[] {
  const strict = (options.strict ?? true) ? ['-strict'] : [];
  return [...strict, '-config', configFile, '-dnsserver', options.dnsServer ?? `127.0.0.1:${ports.dns}`];
}

/** DNS alone: the answers to challenges are the business of what is tested. */
export function challtestsrvArguments(options: PebbleOptions, ports: PebblePorts): string[] {
  const settings = {
    dnsserver: `127.0.0.1:${ports.dns}`,
    management: `127.0.0.1:${ports.challtest}`,
    defaultIPv4: options.defaultIPv4 ?? '127.0.0.1',
    defaultIPv6: options.defaultIPv6 ?? '',
    http01: '',
    https01: '',
    tlsalpn01: '',
    doh: '',
  };
  return Object.entries(settings).map(([name, value]) => `-${name}=${value}`);
}
