import { lookup } from 'node:dns/promises';
import { type DnsServerAddress, showDnsServer } from '../../core/dns.ts';
import { WacsError } from '../../core/errors.ts';
import { exchangeTcp, exchangeUdp, silenceReason } from './transport.ts';

const timeoutMs = 7_000;

/**
 * One message and its reply, by TCP, and by UDP where TCP does not get through.
 * @throws WacsError ValidationSetupError when the server has no address, or does not answer; the signal's reason after an
 * abort.
 */
export async function exchangeDirectly(
  server: DnsServerAddress,
  message: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const limits = { timeoutMs, signal };
  let byTcp: unknown;
  try {
    return await exchangeTcp(server, message, limits);
  } catch (error) {
    signal?.throwIfAborted();
    byTcp = error;
  }
  try {
    const { address } = await lookup(server.host);
    return await exchangeUdp({ ...server, host: address }, message, limits);
  } catch (error) {
    signal?.throwIfAborted();
    throw unanswered(server, byTcp, error);
  }
}

function unanswered(server: DnsServerAddress, byTcp: unknown, byUdp: unknown): WacsError {
  const [tcp, udp] = [silenceReason(byTcp), silenceReason(byUdp)];
  const reason = tcp === udp ? tcp : `${tcp} by TCP, ${udp} by UDP`;
  return new WacsError('ValidationSetupError', `the DNS server ${showDnsServer(server)} does not answer: ${reason}`, {
    hint: 'Check the address and port of the DNS server, and that a firewall lets TCP and UDP through to it.',
    cause: byTcp,
  });
}
