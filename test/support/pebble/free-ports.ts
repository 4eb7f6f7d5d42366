import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range systems take outgoing ports from (Linux 32768, others 49152), so no connection steals one.
const LOWEST = 10_000;
const HIGHEST = 32_000;
const TRIES = 200;

/** Ports on which nothing listens now, for TCP and UDP, on any address; random, so that runs side by side seldom meet. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count && tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if ((await isTcpFree(port)) && (await isUdpFree(port))) ports.add(port);
  }
  if (ports.size < count) throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
  return [...ports];
}

async function isTcpFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function isUdpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port);
    await once(socket, 'listening');
  } catch {
    return false;
  }
  socket.close();
  await once(socket, 'close');
  return true;
}
