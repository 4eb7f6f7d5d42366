import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { errorCode } from './file-errors.ts';

/** A CA needs a handful of connections; more than this are turned away. */
const mostConnections = 256;
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
 * @param create makes a server that is not listening yet; called once for each family
 * @throws the system's error, such as EADDRINUSE, when a family that the machine has cannot be used
 */
export async function listenOnAllAddresses(port: number, create: () => Server): Promise<Listener> {
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  let off: unknown;
  for (const host of ['0.0.0.0', '::']) {
    try {
      listeners.push(await listen(create(), port, host));
    } catch (error) {
      off = error;
      if (familyOff.has(errorCode(error) ?? '')) continue;
      await close();
      throw error;
    }
  }
  if (listeners.length === 0) throw off;
  return { close };
}

async function listen(server: Server, port: number, host: string): Promise<Listener> {
  const connections = new Set<Socket>();
  server.maxConnections = mostConnections;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  server.on('error', () => undefined);
  return { close: () => closeServer(server, connections) };
}

async function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of connections) socket.destroy();
  await closed;
}
