import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TestContext } from 'node:test';

/** A proxy that leads some hosts to ports of this machine and refuses all others. */
export interface ConnectProxy {
  /** For `HTTPS_PROXY`. */
  readonly url: string;
  /** What was asked for, such as `api.example.com:443`. */
  readonly asked: readonly string[];
}

/** Starts a proxy for https (RFC 9110 section 9.3.6); it ends with the test. @param targets ports by `host:port` */
export async function startConnectProxy(
  t: Pick<TestContext, 'after'>,
  targets: Readonly<Record<string, number>>,
): Promise<ConnectProxy> {
  const asked: string[] = [];
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (request, socket, head) => {
    const target = request.url ?? '';
    asked.push(target);
    const port = targets[target];
    if (port === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
