import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../pebble/free-ports.ts';
import { createLocalhostTls, writeLocalhostTls } from '../pebble/tls.ts';
import type { ActiveRule, FaultRule } from './fault-rules.ts';
import { createIssuer, type IssuerOptions } from './issuer.ts';
import { countOf, type LoggedRequest } from './request-log.ts';
import { type ResourceKind, resourceUrl } from './resources.ts';
import { serve } from './serve.ts';
import { startTlsServer } from './server.ts';
import { defaultSettings, type FakeAcmeSettings } from './settings.ts';
import { createState, type FakeAcmeState, type RenewalWindow } from './state.ts';

/** How the CA starts; settings can be changed later through `state.settings`. */
export interface FakeAcmeOptions extends IssuerOptions, Partial<FakeAcmeSettings> {
  /** Port of 127.0.0.1 on which http-01 is checked; default a free one. */
  readonly httpPort?: number;
  /** Where the CA itself listens; default 127.0.0.1. */
  readonly address?: '127.0.0.1' | '::1';
}

/** A running ACME CA that does as told. */
export interface FakeAcme extends AsyncDisposable {
  readonly directoryUrl: string;
  /** PEM file of the CA that signed the server's own TLS certificate. */
  readonly caFile: string;
  /** PEM of the roots of issued certificates, the default one first. */
  readonly rootPems: readonly string[];
  /** Port of 127.0.0.1 on which http-01 is checked; nothing listens there yet. */
  readonly httpPort: number;
  readonly requests: readonly LoggedRequest[];
  /** The injected rules with their counters. */
  readonly faults: readonly ActiveRule[];
  readonly state: FakeAcmeState;
  countOf(kind: ResourceKind): number;
  /** Adds a rule; rules apply in order of injection. */
  inject(rule: FaultRule): void;
  clearFaults(): void;
  /** Sets what renewalInfo answers, for one certificate identifier (RFC 9773 section 4.1) or for all. */
  setWindow(window: RenewalWindow, renewalId?: string): void;
  /** Ends all connections, hanging ones too, and removes the files. */
  stop(): Promise<void>;
}

/** Starts the CA on a free port of 127.0.0.1 with TLS of its own. */
export async function startFakeAcme(options: FakeAcmeOptions = {}): Promise<FakeAcme> {
  const { intermediates = 1, alternateRoots = 1, httpPort, address = '127.0.0.1', ...settings } = options;
  const folder = await mkdtemp(join(tmpdir(), 'fake-acme-'));
  const tls = await createLocalhostTls();
  const { caFile } = await writeLocalhostTls(folder, tls);
  const issuer = await createIssuer({ intermediates, alternateRoots });
  const rules: ActiveRule[] = [];
  const requests: LoggedRequest[] = [];
  const stopping = new AbortController();
  const server = await startTlsServer(
    tls,
    (message, response, rawSocket) => serve({ state, rules, requests }, { message, response, rawSocket }),
    address,
  );
  const state = createState({
    baseUrl: `https://${address === '::1' ? '[::1]' : address}:${server.port}`,
    httpPort: httpPort ?? (await freePort()),
    issuer,
    settings: { ...defaultSettings(), ...settings },
    signal: stopping.signal,
  });
  async function stop(): Promise<void> {
    stopping.abort();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { ...createControls({ state, rules, requests }), caFile, stop, [Symbol.asyncDispose]: stop };
}

function createControls({
  state,
  rules,
  requests,
}: {
  readonly state: FakeAcmeState;
  readonly rules: ActiveRule[];
  readonly requests: readonly LoggedRequest[];
}): Omit<FakeAcme, 'caFile' | 'stop' | typeof Symbol.asyncDispose> {
  return {
    directoryUrl: resourceUrl(state, 'directory'),
    rootPems: state.issuer.rootPems,
    httpPort: state.httpPort,
    requests,
    faults: rules,
    state,
    countOf: (kind) => countOf(requests, kind),
    inject: (rule) => void rules.push({ ...rule, seen: 0, hits: 0 }),
    clearFaults: () => void rules.splice(0),
    setWindow: (window, renewalId = '*') => void state.windows.set(renewalId, window),
  };
}

async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no free port');
  return port;
}
