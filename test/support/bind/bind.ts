import { randomInt } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDnsRelay } from '../dns/relay.ts';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { freePorts } from '../pebble/free-ports.ts';
import { startServer } from '../pebble/server-process.ts';
import { temporaryFolder } from '../pebble/temporary-folder.ts';
import { ensureBind } from './fetch-bind.ts';

const startLimitMs = 20_000;

/** A TSIG key of the server. */
export interface BindKey {
  readonly name: string;
  /** Such as `hmac-sha256`. */
  readonly algorithm: string;
  /** Base64. */
  readonly secret: string;
}

/** A primary zone. */
export interface BindZone {
  readonly name: string;
  /** Records beside SOA and NS, as a zone file has them. */
  readonly records?: string;
  /** Keys that may change TXT records anywhere in it. */
  readonly grants?: readonly string[];
}

/** A running BIND 9 that has all of the DNS: its zones, and nothing else. */
export interface Bind {
  /** A loopback address; the port is 53, as for every name server. */
  readonly address: string;
  /** TXT values of a name; undefined when the server has no such name. */
  values(name: string): Promise<string[] | undefined>;
  readonly log: () => string;
}

/** Starts BIND for a test, or skips the test, loudly, where it is not to be had. */
export async function bindOrSkip(
  t: TestContext,
  setup: { readonly keys: readonly BindKey[]; readonly zones: readonly BindZone[] },
): Promise<Bind | undefined> {
  try {
    return await startBind(t, setup.keys, setup.zones);
  } catch (error) {
    if (!(error instanceof EnvironmentUnavailable)) throw error;
    t.skip(`BIND is not available: ${error.reason}`);
    return undefined;
  }
}

async function startBind(t: TestContext, keys: readonly BindKey[], zones: readonly BindZone[]): Promise<Bind> {
  const programs = await ensureBind((line) => t.diagnostic(line));
  const [port = 0] = await freePorts(1);
  const address = await openPort53(t, port);
  const folder = await temporaryFolder('wacs-bind-');
  await writeFile(join(folder.path, 'root.zone'), zoneText({ name: '' }, address));
  for (const zone of zones) await writeFile(join(folder.path, `${zone.name}.zone`), zoneText(zone, address));
  const configuration = join(folder.path, 'named.conf');
  await writeFile(configuration, configurationText(folder.path, port, { keys, zones }), { mode: 0o600 });
  const server = startServer({
    file: programs.named,
    args: ['-g', '-c', configuration],
    env: programs.env,
    logFile: join(folder.path, 'named.log'),
  });
  t.after(async () => {
    await server.stop();
    folder.remove();
  });
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([address]);
  const values = async (name: string): Promise<string[] | undefined> => {
    try {
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENODATA') return [];
      if (code === 'ENOTFOUND') return undefined;
      throw error;
    }
  };
  for (const { name } of zones) await until(server, () => resolver.resolveSoa(name));
  return { address, values, log: server.log };
}

async function until(server: ReturnType<typeof startServer>, probe: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const isThere = await probe().then(
      () => true,
      () => false,
    );
    if (isThere) return;
    server.assertRunning();
    if (Date.now() > deadline) throw new Error(`BIND does not answer after ${startLimitMs} ms\n${server.log()}`);
    await sleep(50);
  }
}

/**
 * Makes the server reachable on port 53 of a loopback address of its own.
 * @throws EnvironmentUnavailable where we may not have that port.
 */
async function openPort53(t: TestContext, port: number): Promise<string> {
  for (let tries = 1; ; tries++) {
    const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    try {
      t.after(await startDnsRelay({ address, port: 53 }, { address: '127.0.0.1', port }));
      return address;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES') throw new EnvironmentUnavailable('port 53, where name servers are, needs root');
      if (code !== 'EADDRINUSE' || tries === 20) throw new EnvironmentUnavailable(`no address for it: ${code}`);
    }
  }
}

function zoneText({ name, records = '' }: BindZone, address: string): string {
  const dotted = name === '' ? '' : `${name}.`;
  return `$TTL 1
@ IN SOA ns.${dotted} admin.${dotted} 1 3600 600 86400 1
@ IN NS ns.${dotted}
ns IN A ${address}
${records}
`;
}

function configurationText(
  folder: string,
  port: number,
  { keys, zones }: { readonly keys: readonly BindKey[]; readonly zones: readonly BindZone[] },
): string {
  const keyTexts = keys.map(
    ({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`,
  );
  const zoneTexts = zones.map(({ name, grants = [] }) => {
    const policy = grants.map((key) => `grant "${key}" zonesub TXT;`).join(' ');
    const updates = policy === '' ? '' : `update-policy { ${policy} };`;
    return `zone "${name}" { type primary; file "${name}.zone"; ${updates} };`;
  });
  return `options {
  directory "${folder}";
  pid-file none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion yes;
  dnssec-validation no;
  notify no;
  empty-zones-enable no;
};
controls { };
zone "." { type primary; file "root.zone"; };
${[...keyTexts, ...zoneTexts].join('\n')}
`;
}
