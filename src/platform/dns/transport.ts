import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { DnsServerAddress } from '../../core/dns.ts';
import { errorCode } from '../file-errors.ts';
import { isReplyTo } from './message.ts';

/** How long one exchange may take. */
export interface ExchangeLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ENETDOWN: 'the network is down',
  EADDRNOTAVAIL: 'its kind of address is not in use on this machine',
  EAFNOSUPPORT: 'its kind of address is not in use on this machine',
  EINVAL: 'its address cannot be used from here',
  EACCES: 'a firewall of this machine refuses it',
  EPERM: 'a firewall of this machine refuses it',
};

/** Why a server could not be asked, for people; an abort is no such reason and stays with its signal. */
export function silenceReason(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined) return `${reasons[code] ?? 'the exchange failed'} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** True when no other way to the same address can do better. */
export function isUnroutable(error: unknown): boolean {
  return ['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(errorCode(error) ?? '');
}

/** True for an IPv6 address, with or without a zone index. */
export function isVersion6(address: string): boolean {
  return isIPv6(address.replace(/%.*$/, ''));
}

/**
 * One message and its reply by UDP. Only the server itself can reply: the socket is connected, its port is a random one,
 * and the id must be that of the message.
 * @throws Error with the reason; the signal's reason after an abort.
 */
export async function exchangeUdp(
  server: DnsServerAddress,
  message: Uint8Array,
  limits: ExchangeLimits,
): Promise<Uint8Array> {
  limits.signal?.throwIfAborted();
  const socket = createSocket(isVersion6(server.host) ? 'udp6' : 'udp4');
  try {
    return await limited(limits, (resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (bytes) => {
        if (isReplyTo(idOf(message), bytes)) resolve(bytes);
      });
      socket.connect(server.port, server.host, (error?: Error) => {
        if (error !== undefined) reject(error);
        else socket.send(message, (failure) => failure && reject(failure));
      });
    });
  } finally {
    socket.close();
  }
}

/**
 * One message and its reply by TCP (RFC 7766).
 * @throws Error with the reason; the signal's reason after an abort.
 */
export async function exchangeTcp(
  server: DnsServerAddress,
  message: Uint8Array,
  limits: ExchangeLimits,
): Promise<Uint8Array> {
  limits.signal?.throwIfAborted();
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  try {
    return await limited(limits, (resolve, reject) => {
      let received = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the connection was closed without an answer')));
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        const length = received.length < 2 ? Number.POSITIVE_INFINITY : received.readUInt16BE(0);
        if (received.length < length + 2) return;
        const reply = received.subarray(2, length + 2);
        if (isReplyTo(idOf(message), reply)) resolve(reply);
        else reject(new Error('the answer is no reply to the question'));
      });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
  } finally {
    socket.destroy();
  }
}

type Executor = (resolve: (bytes: Uint8Array) => void, reject: (error: unknown) => void) => void;

async function limited({ timeoutMs, signal }: ExchangeLimits, start: Executor): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    start(resolve, reject);
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function idOf(message: Uint8Array): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}
