import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What answers a request; the raw socket is the one beneath TLS. */
export type Listener = (
  message: IncomingMessage,
  response: ServerResponse,
  rawSocket: Socket | undefined,
) => Promise<void> | void;

/** A listening HTTPS server. */
export interface TlsServer {
  readonly port: number;
  /** Ends every connection, answered or not, and stops listening. */
  close(): Promise<void>;
}

/** Serves on a free port of a loopback address. */
export async function startTlsServer(
  tls: { readonly certificate: string; readonly privateKey: string },
  listener: Listener,
  address: '127.0.0.1' | '::1' = '127.0.0.1',
): Promise<TlsServer> {
  const server = createServer({ cert: tls.certificate, key: tls.privateKey });
  const rawSockets = trackRawSockets(server);
  server.on('request', (message, response) => {
    const rawSocket = rawSockets.get(message.socket.remotePort);
    Promise.resolve(listener(message, response, rawSocket)).catch(() => message.socket.destroy());
  });
  server.listen(0, address);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => close(server, rawSockets) };
}

/** A TLS socket cannot be reset, only the TCP socket beneath it, which TLS hides; both have the same remote port. */
function trackRawSockets(server: Server): ReadonlyMap<number | undefined, Socket> {
  const sockets = new Map<number | undefined, Socket>();
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  return sockets;
}

async function close(server: Server, sockets: ReadonlyMap<number | undefined, Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets.values()) socket.destroy();
  server.closeAllConnections();
  await closed;
}
