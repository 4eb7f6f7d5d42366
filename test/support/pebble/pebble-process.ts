import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PebblePrograms } from './fetch-pebble.ts';
import { freePorts } from './free-ports.ts';
import { localRequest } from './local-request.ts';
import {
  challtestsrvArguments,
  type PebbleOptions,
  type PebblePorts,
  pebbleArguments,
  pebbleConfig,
  pebbleEnvironment,
} from './pebble-config.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import type { TemporaryFolder } from './temporary-folder.ts';
import type { LocalhostTlsFiles } from './tls.ts';

const START_LIMIT_MS = 20_000;
const PROBE_LIMIT_MS = 500;
const PAUSE_MS = 50;
const TRIES = 3;

export interface PebbleSetup {
  readonly options: PebbleOptions;
  readonly programs: PebblePrograms;
  /** For configuration and logs; removed by `stopPebbleProcesses`. */
  readonly folder: TemporaryFolder;
  readonly files: LocalhostTlsFiles;
  /** PEM of the root behind `files`. */
  readonly ca: string;
}

export interface PebbleProcesses extends PebbleSetup {
  readonly ports: PebblePorts;
  readonly pebble: ServerProcess;
  readonly challtestsrv: ServerProcess;
}

/** Starts both programs on free ports and waits (at most 20 s) until all their ports answer. */
export async function startPebbleProcesses(setup: PebbleSetup): Promise<PebbleProcesses> {
  for (let tries = 1; ; tries += 1) {
    const processes = await launch(setup);
    try {
      await waitUntilReady(processes);
      return processes;
    } catch (error) {
      await stopServers(processes);
      // Between our finding a port free and taking it, another process can take it: then once more with others.
      const isTaken = /address already in use/.test(processes.pebble.log() + processes.challtestsrv.log());
      if (tries === TRIES || !isTaken) throw error;
    }
  }
}

export async function stopPebbleProcesses(processes: PebbleProcesses): Promise<void> {
  await stopServers(processes);
  processes.folder.remove();
}

async function launch(setup: PebbleSetup): Promise<PebbleProcesses> {
  const { options, programs, folder, files } = setup;
  const [acme = 0, management = 0, http = 0, tls = 0, dns = 0, challtest = 0] = await freePorts(6);
  const ports = { acme, management, http, tls, dns, challtest };
  const configFile = join(folder.path, 'pebble.json');
  await writeFile(configFile, pebbleConfig(options, ports, files), { mode: 0o600 });
  const challtestsrv = startServer({
    file: programs.challtestsrv,
    args: challtestsrvArguments(options, ports),
    env: {},
    logFile: join(folder.path, 'challtestsrv.log'),
  });
  const pebble = startServer({
    file: programs.pebble,
    args: pebbleArguments(options, ports, configFile),
    env: pebbleEnvironment(options),
    logFile: join(folder.path, 'pebble.log'),
  });
  return { ...setup, ports, pebble, challtestsrv };
}

async function waitUntilReady({ ports, ca, pebble, challtestsrv }: PebbleProcesses): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const assertRunning = () => {
    pebble.assertRunning();
    challtestsrv.assertRunning();
  };
  const probes = [
    () => localRequest(`https://127.0.0.1:${ports.acme}/dir`, { ca }),
    () => localRequest(`https://127.0.0.1:${ports.management}/roots/0`, { ca }),
    () => localRequest(`http://127.0.0.1:${ports.challtest}/`),
    () => askDns(ports.dns),
  ];
  for (const probe of probes) {
    while (!(await succeeds(probe))) {
      assertRunning();
      if (Date.now() > deadline) throw new Error(`Pebble does not answer after ${START_LIMIT_MS} ms\n${pebble.log()}`);
      await sleep(PAUSE_MS);
    }
  }
  // Where a port was taken from under us, the answer was not ours.
  assertRunning();
}

async function askDns(port: number): Promise<void> {
  const resolver = new Resolver({ timeout: PROBE_LIMIT_MS, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  await resolver.resolveTxt('ready.test').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENODATA' && error.code !== 'ENOTFOUND') throw error;
  });
}

function succeeds(probe: () => Promise<unknown>): Promise<boolean> {
  return probe().then(
    () => true,
    () => false,
  );
}

async function stopServers({ pebble, challtestsrv }: PebbleProcesses): Promise<void> {
  await Promise.all([pebble.stop(), challtestsrv.stop()]);
}
