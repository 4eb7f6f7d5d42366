import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunReport } from '../../src/cli/run-report.ts';
import { allFiles, assertNoSecrets } from '../pebble/state-checks.ts';
import { quick, type RenewalFile } from '../pebble/workbench.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import type { PebbleOptions } from '../support/pebble/pebble-config.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { machineOrSkip, putFile, type WindowsMachine } from '../support/windows/windows-machine.ts';
import type { WineRunOptions, WineRunResult } from '../support/wine/run-in-wine.ts';
import type { WinePrefix } from '../support/wine/wine-prefix.ts';

const waitLimitMs = 30_000;
const lookEveryMs = 5;

/** What a run of the executable left. */
export interface Run extends WineRunResult {
  /** Both streams. */
  readonly output: string;
  /** `status.json` as this run wrote it; undefined when it did not. */
  readonly report: RunReport | undefined;
}

/** A Windows machine with the executable, and a CA for it. */
export interface WindowsBench {
  readonly machine: WindowsMachine;
  readonly pebble: Pebble;
  /** Windows path of the file for `--cafile`. */
  readonly caFile: string;
  /** Windows path of the folder the certificates go to; has a blank. */
  readonly certificates: string;
  /** The state folder as this process sees it. */
  readonly state: string;
  /** The CA's folder in it. */
  readonly authority: string;
  /** Arguments that name the CA. */
  readonly ca: readonly string[];
  /**
   * Runs the executable with the CA, and checks what holds after every run: state files are whole, the report tells the
   * exit code, and nothing shows a secret.
   */
  run(args: readonly string[], options?: WineRunOptions): Promise<Run>;
  /** Checks the same for a run that was not started by `run`, such as one by a batch file. */
  check(result: WineRunResult): void;
  /** A quick `--source manual`: EC key, PEM files, no task. */
  create(host: string, args?: readonly string[], options?: WineRunOptions): Promise<Run>;
  /** Another secret that must never be seen. */
  addSecret(secret: string): void;
  readRenewal(id: string): RenewalFile;
  /** Puts a file into the state folder, which must be there. */
  writeSettings(settings: object): void;
  /** All that was logged so far. */
  log(): string;
}

/** @returns undefined after marking the test as skipped */
export async function benchOrSkip(
  t: TestContext,
  {
    pebble: options = quick,
    prepare,
  }: { pebble?: PebbleOptions; prepare?: (prefix: WinePrefix) => Promise<void> } = {},
): Promise<WindowsBench | undefined> {
  const machine = await machineOrSkip(t, prepare);
  const pebble = machine && (await pebbleOrSkip(t, options));
  return machine && pebble && createBench(machine, pebble);
}

/** The exit code with the output beside it, so that a failing test shows why. */
export function assertExit(run: WineRunResult, exitCode: number): void {
  assert.equal(run.exitCode, exitCode, `${run.stdout}${run.stderr}${run.timedOut ? '(timed out)' : ''}`);
}

/** Waits, at most 30 s. @throws Error naming what has not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + waitLimitMs; performance.now() < end; await sleep(lookEveryMs)) {
    if (await holds()) return;
  }
  throw new Error(`${what}: not within ${waitLimitMs / 1000} s`);
}

/** An installation script, a batch file, that runs as long as the test holds it (at most half a minute). */
export interface HoldingScript {
  /** The arguments that make it the installation of a renewal. */
  readonly arguments: readonly string[];
  hold(): void;
  release(): void;
  /** Whether it runs, or has run, since the last look. */
  started(): boolean;
}

/** Writes the script; it does not hold yet. */
export async function holdingScript({ machine }: WindowsBench): Promise<HoldingScript> {
  const folder = win32.join(machine.root, 'scripts');
  const path = win32.join(folder, 'hold.cmd');
  const [held, mark] = ['held', 'started'].map((name) => machine.hostPath(win32.join(folder, name))) as [
    string,
    string,
  ];
  const text = `@echo off
cd /d "%~dp0"
echo x>started
for /l %%i in (1,1,30) do if exist held ping -n 2 127.0.0.1 >nul
`;
  await putFile(machine, path, text);
  const forget = (): void => rmSync(mark, { force: true });
  return {
    arguments: ['--installation', 'script', '--script', path],
    hold() {
      forget();
      writeFileSync(held, '');
    },
    release: () => rmSync(held, { force: true }),
    started: () => existsSync(mark),
  };
}

async function createBench(machine: WindowsMachine, pebble: Pebble): Promise<WindowsBench> {
  const caFile = win32.join(machine.root, 'test ca.pem');
  await putFile(machine, caFile, pebble.ca);
  const certificates = win32.join(machine.root, 'my certs');
  const state = machine.hostPath(win32.join(machine.programData, 'wacs'));
  const authority = join(state, `${new URL(pebble.directoryUrl).host.replace(':', '-')}-dir`);
  const ca = ['--baseuri', pebble.directoryUrl, '--cafile', caFile];
  const secrets = new Set<string>();
  const check = ({ stdout, stderr }: WineRunResult): void => {
    const pemKeys = allFiles(machine.hostPath(certificates)).filter((path) => path.endsWith('-key.pem'));
    for (const line of pemKeys.flatMap(keyLines)) secrets.add(line);
    assertStateIsWhole(state);
    assertNoSecrets(state, stdout + stderr, secrets);
  };
  async function run(args: readonly string[], options?: WineRunOptions): Promise<Run> {
    const before = statusText(authority);
    const result = await machine.run(machine.executable, [...args, ...ca], options);
    const status = statusText(authority);
    const report: RunReport | undefined = status === undefined || status === before ? undefined : JSON.parse(status);
    check(result);
    if (report !== undefined && result.exitCode !== undefined) assert.equal(report.exitCode, result.exitCode);
    return { ...result, output: result.stdout + result.stderr, report };
  }
  return {
    ...{ machine, pebble, caFile, certificates, state, authority, ca, run, check },
    create: (host, args = [], options = {}) => {
      const validation = ['--validation', 'selfhosting', '--validationport', String(pebble.httpPort)];
      const store = args.includes('--store') ? [] : ['--store', 'pemfiles', '--pemfilespath', certificates];
      const common = ['--accepttos', '--notaskscheduler', ...(args.includes('--csr') ? [] : ['--csr', 'ec'])];
      return run(['--source', 'manual', '--host', host, ...validation, ...store, ...common, ...args], options);
    },
    addSecret: (secret) => void secrets.add(secret),
    readRenewal: (id) => JSON.parse(readFileSync(join(authority, `${id}.renewal.json`), 'utf8')),
    writeSettings: (settings) =>
      writeFileSync(join(state, 'settings.json'), JSON.stringify({ schemaVersion: 1, ...settings })),
    log: () =>
      logFiles(state)
        .map((path) => readFileSync(path, 'utf8'))
        .join(''),
  };
}

/** Every JSON file parses, and private keys are nowhere in the clear. */
function assertStateIsWhole(state: string): void {
  for (const path of allFiles(state).filter((file) => file.endsWith('.json'))) {
    const text = readFileSync(path, 'utf8');
    assert.doesNotThrow(() => JSON.parse(text), `${path} is not whole`);
    assert.doesNotMatch(text, /PRIVATE KEY/, path);
    assert.doesNotMatch(text, /"clear-/, path);
  }
}

function logFiles(state: string): string[] {
  return allFiles(state).filter((path) => /log-\d{8}\.txt$/.test(path));
}

function statusText(authority: string): string | undefined {
  const path = join(authority, 'status.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function keyLines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
}
