import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pebble, startPebble } from '../support/pebble/pebble.ts';
import type { PebbleOptions } from '../support/pebble/pebble-config.ts';
import { type Program, peakMemory, timeRun } from './measure.ts';
import { type InstalledPeer, installPeers } from './peers.ts';
import { writeNewRenewals } from './renewal-files.ts';
import { wacs } from './startup.ts';
import { megabytes, printRow } from './table.ts';

const manyCount = 50;
/** Certificates for each of the other programs, a run for each; WACS_BENCH_PEERS changes it. */
const peerCount = Number(process.env.WACS_BENCH_PEERS ?? 10);
/** What the CA answers to those who look too soon. */
const settings = [
  { title: 'Retry-After: 1', seconds: 1 },
  { title: 'no Retry-After', seconds: 0 },
] as const;
/** What a run of many certificates is to be faster than a loop over lego, and to stay below. */
const wishedRatio = 5;
const wishedMegabytes = 100;

/**
 * The requests of RFC 8555 for one certificate with one name, each as rarely as Pebble lets it be: it validates and
 * issues in the background, so each has to be looked at once afterwards. The last is RFC 9773's.
 */
const leastRequests = {
  newOrder: 1,
  authorization: 2,
  challenge: 1,
  finalize: 1,
  order: 1,
  certificate: 1,
  renewalInfo: 1,
} as const;

/** Shows what certificates cost: time, requests, memory; beside other programs, at the same CA. */
export async function benchIssuance(folder: string): Promise<void> {
  const peers = await installPeers(console.log);
  await withPebble({}, (pebble) => oneCertificate(join(folder, 'one'), pebble));
  for (const { title, seconds } of settings) {
    console.log();
    const scene = {
      title: `${manyCount} certificates, ${title}`,
      folder: join(folder, `wait-${seconds}`),
      peers,
    };
    await withPebble({ retryAfter: { authz: seconds, order: seconds } }, (pebble) => manyCertificates(scene, pebble));
  }
}

async function withPebble(options: PebbleOptions, work: (pebble: Pebble) => Promise<void>): Promise<void> {
  const pebble = await startPebble(options, console.log);
  try {
    await work(pebble);
  } finally {
    await pebble.stop();
  }
}

async function oneCertificate(folder: string, pebble: Pebble): Promise<void> {
  const create = (run: string): Program => {
    const names = ['--host', `${run}.example.test`, '--validationport', `${pebble.httpPort}`];
    const store = ['--store', 'pemfiles', '--pemfilespath', join(folder, run, 'certs'), '--csr', 'ec'];
    mkdirSync(join(folder, run, 'certs'), { recursive: true });
    return wacs('--source', 'manual', ...names, ...store, '--notaskscheduler', ...common(join(folder, run), pebble));
  };
  printHead('one certificate from Pebble');
  const measured = measure(pebble, 1, () => timeRun(create('timed')));
  printCost('wacs, new account', measured, await peakMemory(create('weighed')));
}

interface Scene {
  readonly title: string;
  readonly folder: string;
  readonly peers: readonly InstalledPeer[];
}

/** One run of wacs for all certificates; of the others, which know no such run, one after another, at the same CA. */
async function manyCertificates({ title, folder, peers }: Scene, pebble: Pebble): Promise<void> {
  printHead(title);
  const own = await ownCertificates(join(folder, 'p256'), pebble, 'ec');
  for (const peer of peers) {
    const seconds = await peerCertificates(peer, join(folder, peer.name), pebble);
    const ratio = seconds / own.seconds;
    const wish = peer.name === 'lego' ? ` (wished: ${wishedRatio} or more${verdict(ratio >= wishedRatio)})` : '';
    console.log(`    ${ratio.toFixed(1)} times the time of wacs for a certificate${wish}`);
  }
  const isLight = own.bytes === undefined || own.bytes < wishedMegabytes * 1e6;
  console.log(`memory of wacs: ${megabytes(own.bytes)} MB (wished: under ${wishedMegabytes}${verdict(isLight)})`);
  await ownCertificates(join(folder, 'default'), pebble, 'rsa');
}

function verdict(isMet: boolean): string {
  return isMet ? ', met' : ', NOT met';
}

async function ownCertificates(
  folder: string,
  pebble: Pebble,
  csr: 'ec' | 'rsa',
): Promise<{ /** For each certificate. */ readonly seconds: number; readonly bytes: number | undefined }> {
  const prepare = (run: string): Program => {
    const state = { folder: join(folder, run), baseUri: pebble.directoryUrl };
    timeRun(wacs('--register', ...common(state.folder, pebble)));
    mkdirSync(join(state.folder, 'certs'));
    const settings = { schemaVersion: 1, Csr: { Ec: { CurveName: 'secp256r1' } } };
    writeFileSync(join(state.folder, 'settings.json'), JSON.stringify(settings));
    writeNewRenewals(state, manyCount, { port: pebble.httpPort, csr });
    return wacs('--renew', ...common(state.folder, pebble));
  };
  const timed = prepare('timed');
  const cost = measure(pebble, manyCount, () => timeRun(timed));
  const bytes = await peakMemory(prepare('weighed'));
  printCost(`wacs, one run, ${csr === 'ec' ? 'P-256' : 'its default key, RSA 3072'}`, cost, bytes);
  if (csr === 'ec') printRequests(cost);
  return { seconds: cost.ms / 1000 / manyCount, bytes };
}

function common(folder: string, { directoryUrl, caFile }: Pebble): string[] {
  return ['--accepttos', '--baseuri', directoryUrl, '--cafile', caFile, '--configpath', folder];
}

/** Seconds for each certificate. */
async function peerCertificates(peer: InstalledPeer, folder: string, pebble: Pebble): Promise<number> {
  const program = (name: string): Program => ({
    file: peer.file,
    ...peer.command(`${name}.example.test`, folder, pebble),
  });
  // The account is there before the time runs, as it is for wacs.
  const bytes = await peakMemory(program('first'));
  const cost = measure(pebble, peerCount, () =>
    Array.from({ length: peerCount }, (_, index) => timeRun(program(`host${index}`))).reduce((sum, ms) => sum + ms, 0),
  );
  printCost(`${peer.name}, one after another, P-256`, cost, bytes);
  return cost.ms / 1000 / peerCount;
}

interface Cost {
  readonly certificates: number;
  readonly ms: number;
  /** By kind. */
  readonly requests: ReadonlyMap<string, number>;
}

function measure(pebble: Pebble, certificates: number, work: () => number): Cost {
  const before = pebble.requests().length;
  const ms = work();
  const kinds = pebble
    .requests()
    .slice(before)
    .map(({ kind, path }) => kind ?? path);
  const requests = new Map<string, number>();
  for (const kind of kinds) requests.set(kind, (requests.get(kind) ?? 0) + 1);
  return { certificates, ms, requests };
}

function printHead(title: string): void {
  printRow([title, 'certs', 'seconds', 's / cert', 'requests', 'per cert', 'peak MB']);
}

function printCost(name: string, { certificates, ms, requests }: Cost, memory: number | undefined): void {
  const total = totalOf(requests);
  const perCertificate = [ms / 1000 / certificates, total / certificates].map((value) => value.toFixed(2));
  const [time = '', number = ''] = perCertificate;
  printRow([name, `${certificates}`, (ms / 1000).toFixed(2), time, `${total}`, number, megabytes(memory)]);
  console.log(`    ${[...requests].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
}

function printRequests({ certificates, requests }: Cost): void {
  const least = Object.values(leastRequests).reduce((sum, count) => sum + count, 0) * certificates;
  const looks = (kind: 'authorization' | 'order'): number =>
    (requests.get(kind) ?? 0) - (kind === 'authorization' ? certificates : 0);
  console.log(
    `    the least is ${least} and 2 for directory and nonce; ${totalOf(requests) - least - 2} more; ` +
      `looks at authorizations ${looks('authorization')}, at orders ${looks('order')}`,
  );
}

function totalOf(requests: Cost['requests']): number {
  return [...requests.values()].reduce((sum, count) => sum + count, 0);
}
