import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Pebble, startPebble } from '../support/pebble/pebble.ts';
import { type Program, peakMemory, timeRun } from './measure.ts';
import { findProgram, peers } from './peers.ts';
import { writeNewRenewals } from './renewal-files.ts';
import { wacs } from './startup.ts';
import { megabytes, printRow } from './table.ts';

const manyCount = 50;
const peerCount = 5;

/** Shows what certificates cost: time, requests, memory; beside other programs where they are installed. */
export async function benchIssuance(folder: string): Promise<void> {
  printRow(['certificates from Pebble', 'certs', 'seconds', 's / cert', 'requests', 'per cert', 'peak MB']);
  await withPebble((pebble) => oneCertificate(join(folder, 'one'), pebble));
  await withPebble((pebble) => manyCertificates(join(folder, 'many'), pebble));
  for (const peer of peers) {
    const file = findProgram(peer.name);
    if (file === undefined) console.log(`${peer.name}: not installed, so not compared`);
    else await withPebble((pebble) => peerCertificates({ file, ...peer }, join(folder, peer.name), pebble));
  }
}

async function withPebble(work: (pebble: Pebble) => Promise<void>): Promise<void> {
  const pebble = await startPebble({}, console.log);
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
  const measured = measure(pebble, 1, () => [timeRun(create('timed'))]);
  printCost('wacs, new account', measured, await peakMemory(create('weighed')));
}

async function manyCertificates(folder: string, pebble: Pebble): Promise<void> {
  const prepare = (run: string): Program => {
    const state = { folder: join(folder, run), baseUri: pebble.directoryUrl };
    timeRun(wacs('--register', ...common(state.folder, pebble)));
    mkdirSync(join(state.folder, 'certs'));
    writeNewRenewals(state, manyCount, pebble.httpPort);
    return wacs('--renew', ...common(state.folder, pebble));
  };
  const timed = prepare('timed');
  const measured = measure(pebble, manyCount, () => [timeRun(timed)]);
  printCost('wacs, one run of --renew', measured, await peakMemory(prepare('weighed')));
}

function common(folder: string, { directoryUrl, caFile }: Pebble): string[] {
  return ['--accepttos', '--baseuri', directoryUrl, '--cafile', caFile, '--configpath', folder];
}

async function peerCertificates(
  peer: (typeof peers)[number] & { readonly file: string },
  folder: string,
  pebble: Pebble,
): Promise<void> {
  const program = (name: string): Program => ({
    file: peer.file,
    ...peer.command(`${name}.example.test`, folder, pebble),
  });
  const first = measure(pebble, 1, () => [timeRun(program('first'))]);
  printCost(`${peer.name}, new account`, first, await peakMemory(program('weighed')));
  const names = Array.from({ length: peerCount }, (_, index) => `host${index}`);
  const more = measure(pebble, peerCount, () => names.map((name) => timeRun(program(name))));
  printCost(`${peer.name}, a run for each`, more, undefined);
}

interface Cost {
  readonly certificates: number;
  readonly ms: number;
  /** By kind. */
  readonly requests: ReadonlyMap<string, number>;
}

function measure(pebble: Pebble, certificates: number, work: () => readonly number[]): Cost {
  const before = pebble.requests().length;
  const ms = work().reduce((sum, duration) => sum + duration, 0);
  const kinds = pebble
    .requests()
    .slice(before)
    .map(({ kind, path }) => kind ?? path);
  const requests = new Map<string, number>();
  for (const kind of kinds) requests.set(kind, (requests.get(kind) ?? 0) + 1);
  return { certificates, ms, requests };
}

function printCost(name: string, { certificates, ms, requests }: Cost, memory: number | undefined): void {
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const perCertificate = [ms / 1000 / certificates, total / certificates].map((value) => value.toFixed(2));
  const [time = '', number = ''] = perCertificate;
  printRow([name, `${certificates}`, (ms / 1000).toFixed(2), time, `${total}`, number, megabytes(memory)]);
  console.log(`    ${[...requests].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
}
