import { ensurePebble } from './fetch-pebble.ts';
import { localRequest } from './local-request.ts';
import type { PebbleOptions } from './pebble-config.ts';
import { type PebbleProcesses, startPebbleProcesses, stopPebbleProcesses } from './pebble-process.ts';
import { type LoggedRequest, parseRequestLog, type RequestKind } from './request-log.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { createLocalhostTls, writeLocalhostTls } from './tls.ts';

/** A running ACME CA with a DNS of its own, in which every name leads to this machine. */
export interface Pebble {
  /** As packaged, such as `2.10.0+ds1-2`. */
  readonly version: string;
  readonly directoryUrl: string;
  /** PEM file with the root of Pebble's own TLS certificate, for `--cafile`. */
  readonly caFile: string;
  /** The same root as text. */
  readonly ca: string;
  /** Where the client under test must answer http-01. */
  readonly httpPort: number;
  /** Where the client under test must answer tls-alpn-01. */
  readonly tlsPort: number;
  /** `127.0.0.1:port`, UDP and TCP. */
  readonly dnsServer: string;
  readonly managementUrl: string;
  readonly challtestUrl: string;
  /** Process ids of what runs. */
  readonly pids: readonly number[];
  /** PEM of the roots of all chains, the default chain's first. */
  readonly rootCertificates: () => Promise<string>;
  /** What ARI (RFC 9773) answers from now on for a certificate (PEM of the leaf); a string is served as it stands. */
  readonly setRenewalInfo: (certificate: string, answer: unknown) => Promise<void>;
  /** By serial number in hex. */
  readonly certificateStatus: (serial: string) => Promise<'Valid' | 'Revoked'>;
  /** A command of pebble-challtestsrv: `setDns('set-txt', { host: '_acme-challenge.a.test.', value: '...' })`. */
  readonly setDns: (command: string, body: unknown) => Promise<void>;
  /** ACME requests since the start, complete whenever it is called. */
  readonly requests: () => LoggedRequest[];
  readonly requestCount: (kind: RequestKind) => number;
  /** All that Pebble printed; still there after `stop`. */
  readonly log: () => string;
  /** Ends the processes and removes their files; may be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Pebble on free ports of 127.0.0.1 and waits (at most 20 s) until it answers. It does not outlive this process.
 * @param progress gets a line now and then while Pebble must be downloaded first.
 * @throws EnvironmentUnavailable when Pebble is not to be had on this machine.
 */
export async function startPebble(options: PebbleOptions = {}, progress?: (line: string) => void): Promise<Pebble> {
  const programs = await ensurePebble(progress);
  const tls = await createLocalhostTls();
  const folder = await temporaryFolder('wacs-pebble-');
  try {
    const files = await writeLocalhostTls(folder.path, tls);
    return describe(await startPebbleProcesses({ options, programs, folder, files, ca: tls.caCertificate }));
  } catch (error) {
    folder.remove();
    throw error;
  }
}

function describe(processes: PebbleProcesses): Pebble {
  const { ports, pebble, challtestsrv, files, ca, programs } = processes;
  const waitingRequests = parseRequestLog(pebble.log()).length;
  const requests = () => parseRequestLog(pebble.log()).slice(waitingRequests);
  return {
    version: programs.version,
    directoryUrl: `https://127.0.0.1:${ports.acme}/dir`,
    caFile: files.caFile,
    ca,
    httpPort: ports.http,
    tlsPort: ports.tls,
    dnsServer: `127.0.0.1:${ports.dns}`,
    pids: [pebble.pid, challtestsrv.pid].filter((pid) => pid !== undefined),
    ...controls(processes),
    requests,
    requestCount: (kind) => requests().filter((request) => request.kind === kind).length,
    log: pebble.log,
    stop: () => stopPebbleProcesses(processes),
  };
}

type Controls = Pick<
  Pebble,
  'managementUrl' | 'challtestUrl' | 'rootCertificates' | 'setRenewalInfo' | 'certificateStatus' | 'setDns'
>;

function controls({ ports, ca, options }: PebbleProcesses): Controls {
  const managementUrl = `https://127.0.0.1:${ports.management}`;
  const challtestUrl = `http://127.0.0.1:${ports.challtest}`;
  return {
    managementUrl,
    challtestUrl,
    rootCertificates: async () => {
      const roots: string[] = [];
      for (let chain = 0; chain <= (options.alternateRoots ?? 0); chain += 1) {
        roots.push(await command(`${managementUrl}/roots/${chain}`, { ca }));
      }
      return roots.join('');
    },
    setRenewalInfo: async (certificate, answer) => {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const body = { Certificate: certificate, ARIResponse: text };
      await command(`${managementUrl}/set-renewal-info/`, { ca, body });
    },
    certificateStatus: async (serial) => {
      const answer = await command(`${managementUrl}/cert-status-by-serial/${serial}`, { ca });
      return JSON.parse(answer).Status;
    },
    setDns: async (name, body) => {
      await command(`${challtestUrl}/${name}`, { body });
    },
  };
}

async function command(url: string, request: { ca?: string; body?: unknown }): Promise<string> {
  const { status, body } = await localRequest(url, request);
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body}`);
  return body;
}
