import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, seedOr } from '../support/random.ts';
import { certificateProbe, installCertificateProbe } from '../support/windows/certificate-probe/certificate-probe.ts';
import { assertExit, benchOrSkip, type Run, until, type WindowsBench } from './windows-bench.ts';

const wishedKills = 6;
const attempts = 2 * wishedKills;

test('kills while a certificate goes into the store of Windows: the next run leaves one certificate and one key', {
  timeout: 300_000,
}, async (t) => {
  const bench = await benchOrSkip(t, { prepare: installCertificateProbe });
  if (bench === undefined) return;
  if (bench.machine.prefix === undefined) return t.skip('changes the stores of the machine, in Wine only');
  const seed = seedOr(20_261_124);
  const random = seededRandom(seed);
  assertExit(await bench.run(['--renew', '--notaskscheduler']), 0);
  bench.writeSettings({ Csr: { Rsa: { KeyBits: 2048 } } });
  const store = ['--id', 'site', '--csr', 'rsa', '--store', 'certificatestore'];
  assertExit(await bench.create('a.test', store), 0);
  const whole = await timeAfterOrder(bench);
  let kills = 0;
  for (let number = 1; kills < wishedKills && number <= attempts; number += 1) {
    const killed = await killWhileStoring(bench, Math.floor(random() * whole));
    if (killed.exitCode === undefined) kills += 1;
    await assertOneLeft(bench, `after attempt ${number}, seed ${seed}:\n${killed.output}`);
  }
  t.diagnostic(`${kills} runs were killed; seed ${seed}`);
  assert.ok(kills >= wishedKills / 2, `only ${kills} were killed in time`);
});

async function assertOneLeft(bench: WindowsBench, when: string): Promise<void> {
  const next = await bench.run(['--renew', '--notaskscheduler', '--verbose']);
  assert.equal(next.exitCode, 0, `${when}\n${next.output}`);
  const { certificate } = bench.readRenewal('site').state;
  assert.equal(certificate?.deployed, true, when);
  const stored = await certificateProbe(bench.machine).list('machine', 'My');
  const seen = [...stored.values()].map(({ thumbprint, key }) => [thumbprint, key]);
  assert.deepEqual(seen, [[certificate?.thumbprint, 'verified']], `${when}\n${next.output}`);
  assert.deepEqual(await containers(bench), [`wacs-${certificate?.thumbprint}`], `${when}\n${next.output}`);
}

const renew = ['--renew', '--force', '--notaskscheduler', '--verbose'];

/** Milliseconds from the request for the certificate to the end of a run that nobody disturbs. */
async function timeAfterOrder(bench: WindowsBench): Promise<number> {
  const before = bench.log().length;
  const run = bench.run(renew);
  await requested(bench, before);
  const start = performance.now();
  assertExit(await run, 0);
  return performance.now() - start;
}

async function killWhileStoring(bench: WindowsBench, delayMs: number): Promise<Run> {
  const before = bench.log().length;
  const kill = new AbortController();
  const run = bench.run(renew, { signal: kill.signal });
  await requested(bench, before);
  await sleep(delayMs);
  kill.abort();
  return run;
}

async function requested(bench: WindowsBench, from: number): Promise<void> {
  await until('a certificate was asked for', () => /POST \S+\/finalize-order\//.test(bench.log().slice(from)));
}

/** Wine keeps key containers of the machine in the registry. */
async function containers({ machine }: WindowsBench): Promise<readonly string[]> {
  const { stdout } = await machine.run('reg.exe', ['query', 'HKLM\\Software\\Wine\\Crypto\\RSA']);
  return stdout.match(/wacs-[0-9A-F]{40}/g) ?? [];
}
