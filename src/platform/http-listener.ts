import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { errorCode } from './file-errors.ts';

const requestLimitMs = 10_000;
/** The machine has this kind of address switched off. */
const familyOff = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT', 'EINVAL']);

/** Servers listening on one port. */
export interface Listener {
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}

/**
 * Listens on a port of every IPv4 and IPv6 address. Two sockets, because one for both families succeeds on Windows
 * while another program owns the IPv4 half.
 * @throws the system's error, such as EADDRINUSE, when a family that the machine has cannot be used
 */
export async function listenOnAllAddresses(port: number, handler: RequestListener): Promise<Listener> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
  };
  let off: unknown;
  for (const host of ['0.0.0.0', '::']) {
    try {
      servers.push(await listen(port, host, handler));
    } catch (error) {
      off = error;
      if (familyOff.has(errorCode(error) ?? '')) continue;
      await close();
      throw error;
    }
  }
  if (servers.length === 0) throw off;
  return { close };
}

async function listen(port: number, host: string, handler: RequestListener): Promise<Server> {
  const server = createServer({ requestTimeout: requestLimitMs, headersTimeout: requestLimitMs }, handler);
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  server.on('error', () => undefined);
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
