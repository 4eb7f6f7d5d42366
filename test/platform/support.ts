import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/ports.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'wacs-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A port that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** True when something accepts connections there. */
export async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect(port, host);
  const listening = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  return listening.finally(() => socket.destroy());
}

/** Matches a `WacsError` for `assert.rejects`. */
export function wacsError(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof WacsError)) throw error;
    if (error.code !== code || !message.test(error.message)) {
      throw new Error(`expected ${code} ${message}, got ${error.code}: ${error.message}`);
    }
    return true;
  };
}

/** A log that keeps its lines. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  const log: Log = { verbose: add, info: add, warning: add, error: add, child: () => log };
  return { ...log, lines };
}

export const isRoot = process.getuid?.() === 0;
export const onPosix = process.platform !== 'win32';
