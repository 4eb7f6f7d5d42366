import { join } from 'node:path';
import { EnvironmentUnavailable } from '../support/environment-unavailable.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { exists, installPackages } from '../support/wine/install-packages.ts';
import type { Program } from './measure.ts';

/** Another ACME client: how it gets one certificate by http-01 with a P-256 key, its state in `folder`. */
export interface Peer {
  /** Also of its Debian package. */
  readonly name: string;
  command(host: string, folder: string, pebble: Pebble): Omit<Program, 'file'>;
}

/** A client that is on this machine. */
export interface InstalledPeer extends Peer {
  readonly file: string;
}

const peers: readonly Peer[] = [
  {
    name: 'lego',
    command: (host, folder, { directoryUrl, caFile, httpPort }) => ({
      args: [
        ...['--server', directoryUrl, '--path', folder, '--accept-tos', '--email', 'admin@example.test'],
        ...['--http', '--http.port', `:${httpPort}`, '--key-type', 'ec256', '--domains', host, 'run'],
      ],
      env: { LEGO_CA_CERTIFICATES: caFile },
    }),
  },
  {
    name: 'certbot',
    command: (host, folder, { directoryUrl, caFile, httpPort }) => ({
      args: [
        ...['certonly', '--standalone', '--non-interactive', '--agree-tos', '--register-unsafely-without-email'],
        ...['--server', directoryUrl, '--http-01-port', `${httpPort}`, '--key-type', 'ecdsa'],
        ...['--elliptic-curve', 'secp256r1', '-d', host],
        ...['--config-dir', folder, '--work-dir', join(folder, 'work'), '--logs-dir', join(folder, 'log')],
      ],
      env: { REQUESTS_CA_BUNDLE: caFile },
    }),
  },
];

/** The clients that are here or can be installed from Debian; of the others it says why they are left out. */
export async function installPeers(progress: (line: string) => void): Promise<readonly InstalledPeer[]> {
  const installed: InstalledPeer[] = [];
  for (const peer of peers) {
    const file = join('/usr/bin', peer.name);
    try {
      await installPackages([{ name: peer.name, program: file }], progress);
      if (await exists(file)) installed.push({ ...peer, file });
    } catch (error) {
      if (!(error instanceof EnvironmentUnavailable)) throw error;
      progress(`SKIPPED: ${peer.name} is not installed, so not compared: ${error.reason}`);
    }
  }
  return installed;
}
