import { WacsError } from '../core/errors.ts';
import { errorCode } from './file-errors.ts';

interface Reason {
  readonly text: string;
  readonly hint: string;
}

const dnsHint =
  'check the DNS servers of this machine, or the proxy settings (Proxy.Url, HTTPS_PROXY) where names only resolve there';
const networkHint =
  'check the network, the firewall and the proxy settings (Proxy.Url, HTTPS_PROXY), then run this again';
const proxyHint =
  'check the proxy and its credentials (settings Proxy.Url, Proxy.UserName, Proxy.Password, or HTTPS_PROXY and NO_PROXY); wacs logs on by Basic only';
const trustHint = 'if this CA has a root of its own, give it with --cafile; if a proxy inspects TLS, give its root';
const clockHint = 'check date and time of this machine; if they are right, the certificate of the server is at fault';
const notTlsHint = 'check the port and whether the address should begin with http:';

const reasons: Readonly<Record<string, Reason>> = {
  ENOTFOUND: { text: 'DNS has no address for the host name', hint: dnsHint },
  EAI_AGAIN: { text: 'no DNS server answers', hint: dnsHint },
  ECONNREFUSED: { text: 'the connection is refused', hint: networkHint },
  ECONNRESET: { text: 'the connection was closed before the answer was complete', hint: networkHint },
  EPIPE: { text: 'the connection was closed before the request was sent', hint: networkHint },
  ETIMEDOUT: { text: 'the connection timed out', hint: networkHint },
  EHOSTUNREACH: { text: 'there is no route to the host', hint: networkHint },
  ENETUNREACH: { text: 'there is no route to the network', hint: networkHint },
  EADDRNOTAVAIL: { text: 'the address cannot be used from here', hint: networkHint },
  EACCES: { text: 'a firewall on this machine refuses the connection', hint: networkHint },
  ERR_STREAM_PREMATURE_CLOSE: { text: 'the connection was closed before the answer was complete', hint: networkHint },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: 'TLS: the certificate of the server is self-signed', hint: trustHint },
  SELF_SIGNED_CERT_IN_CHAIN: { text: 'TLS: the root of the server certificate is not trusted', hint: trustHint },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { text: 'TLS: the issuer of the server certificate is not known', hint: trustHint },
  UNABLE_TO_GET_ISSUER_CERT: { text: 'TLS: the issuer of the server certificate is not known', hint: trustHint },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    text: 'TLS: the issuer of the server certificate is not known',
    hint: trustHint,
  },
  CERT_UNTRUSTED: { text: 'TLS: the server certificate is not trusted', hint: trustHint },
  CERT_SIGNATURE_FAILURE: { text: 'TLS: the signature of the server certificate is wrong', hint: trustHint },
  CERT_HAS_EXPIRED: { text: 'TLS: the server certificate has expired', hint: clockHint },
  CERT_NOT_YET_VALID: { text: 'TLS: the server certificate is not valid yet', hint: clockHint },
  EPROTO: { text: 'TLS: the handshake failed', hint: notTlsHint },
  ERR_SSL_WRONG_VERSION_NUMBER: { text: 'TLS: what answers does not speak TLS', hint: notTlsHint },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { text: 'TLS: what answers does not speak TLS', hint: notTlsHint },
};

/** Origin and path: queries and credentials stay out of messages. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** `AcmeUnreachable` for an address, with its reason. */
export function unreachable(
  url: URL,
  reason: string,
  options: { readonly hint?: string; readonly proxy?: boolean; readonly cause?: unknown } = {},
): WacsError {
  const hint = options.hint ?? (options.proxy === true ? proxyHint : networkHint);
  const cause = options.cause === undefined ? {} : { cause: options.cause };
  return new WacsError('AcmeUnreachable', `cannot reach "${shownUrl(url)}": ${reason}`, { hint, ...cause });
}

/** Translates a failure of DNS, TCP, TLS, the proxy or HTTP itself. */
export function connectionFailure(url: URL, error: unknown): WacsError {
  if (error instanceof WacsError) return error;
  const code = errorCode(error) ?? '';
  if (code === 'ERR_PROXY_TUNNEL') return proxyFailure(url, error);
  const { text, hint } = describe(code, error);
  const suffix = code === '' ? '' : ` (${code})`;
  return unreachable(url, `${text}${peerOf(error)}${suffix}`, { hint, cause: error });
}

function proxyFailure(url: URL, error: unknown): WacsError {
  const status = fieldOf(error, 'statusCode');
  const answered = typeof status === 'number' && Number.isInteger(status);
  const reason = answered ? `the proxy refuses the connection (${status})` : 'the proxy gives no valid answer';
  return unreachable(url, reason, { proxy: true, cause: error });
}

function describe(code: string, error: unknown): Reason {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const detail = fieldOf(error, 'reason');
    return {
      text: `TLS: the server certificate is for another host: ${detail}`,
      hint: 'check the host in the address',
    };
  }
  if (code.startsWith('HPE_')) return { text: 'the answer is not HTTP', hint: notTlsHint };
  const known = reasons[code];
  if (known !== undefined) return known;
  return { text: error instanceof Error ? error.message.trim() : String(error), hint: networkHint };
}

/** Whom the failed step was about: behind a proxy it is not the host of the address. */
function peerOf(error: unknown): string {
  const hostname = fieldOf(error, 'hostname');
  if (typeof hostname === 'string') return ` ${hostname}`;
  const peers = attemptsOf(error).flatMap(endpointOf);
  return peers.length === 0 ? '' : ` by ${[...new Set(peers)].join(' and ')}`;
}

/** Where several addresses of a host were tried, Node throws an AggregateError. */
function attemptsOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [error];
}

function endpointOf(error: unknown): readonly string[] {
  const [address, port] = [fieldOf(error, 'address'), fieldOf(error, 'port')];
  return typeof address === 'string' && typeof port === 'number' ? [joined(address, port)] : [];
}

function joined(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
