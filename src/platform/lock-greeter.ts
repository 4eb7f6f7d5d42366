import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Listens for whoever asks who holds the lock. */
export interface Greeter {
  /** Hangs up on everybody, which tells them that the lock is free. */
  close(): Promise<void>;
}

/**
 * Greets every peer with a line and stays connected to it. Never keeps the process alive.
 * @throws the system's error, such as EADDRINUSE
 */
export async function startGreeter(path: string, greeting: string): Promise<Greeter> {
  const peers = new Set<Socket>();
  const server = createServer((peer) => greet(peer, peers, greeting));
  server.listen(path);
  await once(server, 'listening');
  server.on('error', () => undefined);
  server.unref();
  return { close: () => close(server, peers) };
}

function greet(peer: Socket, peers: Set<Socket>, greeting: string): void {
  peers.add(peer);
  peer.unref();
  peer.on('error', () => undefined);
  peer.on('close', () => peers.delete(peer));
  peer.resume();
  peer.write(greeting);
}

async function close(server: Server, peers: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const peer of peers) peer.destroy();
  await closed;
}
