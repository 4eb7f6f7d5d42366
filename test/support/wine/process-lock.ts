import { createServer, type Server } from 'node:net';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';

const POLL_MS = 300;

/**
 * Runs `work` while no other process of this machine does so under the same name. The name is an abstract socket:
 * the system frees it when its holder dies, so no stale lock can be left.
 * @throws EnvironmentUnavailable when another process holds the name longer than `limitMs`.
 */
export async function withProcessLock<T>(name: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const server = await acquire(name, Date.now() + limitMs);
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

async function acquire(name: string, deadline: number): Promise<Server> {
  for (;;) {
    const server = await tryListen(name);
    if (server !== undefined) return server;
    if (Date.now() > deadline) throw new EnvironmentUnavailable(`another process holds the lock ${name} for too long`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(`\0${name}`, () => resolve(server));
  });
}
