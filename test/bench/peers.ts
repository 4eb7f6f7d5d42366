import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Pebble } from '../support/pebble/pebble.ts';
import type { Program } from './measure.ts';

/** Another ACME client: how it gets one certificate by http-01, its state in `folder`. */
export interface Peer {
  readonly name: string;
  command(host: string, folder: string, pebble: Pebble): Omit<Program, 'file'>;
}

export const peers: readonly Peer[] = [
  {
    name: 'lego',
    command: (host, folder, { directoryUrl, caFile, httpPort }) => ({
      args: [
        ...['--server', directoryUrl, '--path', folder, '--accept-tos', '--email', 'admin@example.test'],
        ...['--http', '--http.port', `:${httpPort}`, '--key-type', 'ec384', '--domains', host, 'run'],
      ],
      env: { LEGO_CA_CERTIFICATES: caFile },
    }),
  },
  {
    name: 'certbot',
    command: (host, folder, { directoryUrl, caFile, httpPort }) => ({
      args: [
        ...['certonly', '--standalone', '--non-interactive', '--agree-tos', '--register-unsafely-without-email'],
        ...['--server', directoryUrl, '--http-01-port', `${httpPort}`, '--elliptic-curve', 'secp384r1', '-d', host],
        ...['--config-dir', folder, '--work-dir', join(folder, 'work'), '--logs-dir', join(folder, 'log')],
      ],
      env: { REQUESTS_CA_BUNDLE: caFile },
    }),
  },
];

/** Absolute path of a program in PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isRunnable);
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
