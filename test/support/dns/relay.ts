import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const udpLimitMs = 5_000;

/** Where a server listens. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/**
 * Passes DNS by UDP and TCP on to another place: some servers take only addresses that an interface has, and Linux gives
 * everybody all of 127.0.0.0/8.
 * @returns what ends it
 */
export async function startDnsRelay(from: Place, to: Place): Promise<() => void> {
  const stopTcp = await relayTcp(from, to);
  try {
    const stopUdp = await relayUdp(from, to);
    return () => {
      stopTcp();
      stopUdp();
    };
  } catch (error) {
    stopTcp();
    throw error;
  }
}

async function relayUdp(from: Place, to: Place): Promise<() => void> {
  const socket = createSocket('udp4');
  const asking = new Set<ReturnType<typeof createSocket>>();
  socket.on('message', (bytes, client) => {
    const upstream = createSocket('udp4');
    asking.add(upstream);
    const end = (): void => {
      if (asking.delete(upstream)) upstream.close();
    };
    setTimeout(end, udpLimitMs).unref();
    upstream.on('error', end);
    upstream.on('message', (reply) => {
      socket.send(reply, client.port, client.address);
      end();
    });
    upstream.send(bytes, to.port, to.address);
  });
  socket.bind(from.port, from.address);
  await once(socket, 'listening');
  return () => {
    socket.close();
    for (const upstream of asking) upstream.close();
    asking.clear();
  };
}

async function relayTcp(from: Place, to: Place): Promise<() => void> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to.port, to.address);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(from.port, from.address);
  await once(server, 'listening');
  return () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
}
