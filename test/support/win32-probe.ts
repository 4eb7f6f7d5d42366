/**
 * Runs on Windows, in the runtime of the executable: calls what lies in src/platform and prints what came of it as one
 * line of JSON, for test/executable/win32.test.ts to judge. Arguments: a folder that may be written to.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { win32 as path } from 'node:path';
import { WacsError } from '../../src/core/errors.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { acquireInstanceLock } from '../../src/platform/instance-lock.ts';
import { instanceName } from '../../src/platform/lock-endpoint.ts';
import { createProcessRunner } from '../../src/platform/process.ts';
import { readSddl, restrictToAdministrators } from '../../src/platform/win32/acl.ts';
import { decodeConsoleBytes } from '../../src/platform/win32/code-page.ts';
import { protect, unprotect } from '../../src/platform/win32/dpapi.ts';
import { tryOwnMutex } from '../../src/platform/win32/mutex.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';

const secrets = createSecretProtection({ protect, unprotect });

const [folder = '', part] = process.argv.slice(2);
const results: Record<string, unknown> = {};

if (part === 'hold') await holdLock();
else await probeAll();

async function probeAll(): Promise<void> {
  await probeSecrets();
  await probePermissions();
  await probeCodePages();
  await probeProcesses();
  await probeLock();
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}

async function probeSecrets(): Promise<void> {
  await record('text comes back', () => secrets.reveal(secrets.protect('geheim \u00fc\u20ac \u{1F511}')));
  await record('an empty text comes back', () => secrets.reveal(secrets.protect('')));
  await record('the mark of win-acme', () => secrets.protect('x').slice(0, 4));
  await record(
    'twice the same gives two texts',
    () => new Set([secrets.protect('x'), secrets.protect('x')]).size === 2,
  );
  await record('the stored text does not show it', () => blobShows('a secret that is long'));
  await record('a long text comes back', () => secrets.reveal(secrets.protect('x'.repeat(100_000))).length);
  await record('many times', () => {
    for (let i = 0; i < 300; i += 1) if (secrets.reveal(secrets.protect(`n${i}`)) !== `n${i}`) return i;
    return 'all';
  });
  await record('a damaged blob', () => secrets.reveal('enc-AAAA'));
  await record('a blob changed in one place', () => {
    const blob = protect(Buffer.from('secret'));
    blob.set([(blob.at(-1) ?? 0) ^ 1], blob.length - 1);
    return Buffer.from(unprotect(blob)).toString();
  });
}

function blobShows(secret: string): boolean {
  const blob = Buffer.from(secrets.protect(secret).slice('enc-'.length), 'base64');
  return ['utf8', 'utf16le'].some((encoding) => blob.includes(Buffer.from(secret, encoding as BufferEncoding)));
}

async function probePermissions(): Promise<void> {
  const closed = path.join(folder, 'closed');
  mkdirSync(closed);
  await record('permissions before', () => readSddl(closed));
  await record('restrict', () => restrictToAdministrators(closed));
  await record('permissions after', () => readSddl(closed));
  mkdirSync(path.join(closed, 'later'));
  writeFileSync(path.join(closed, 'later', 'file'), '');
  await record('permissions of what is made later', () => readSddl(path.join(closed, 'later', 'file')));
  await record('restrict what is missing', () => restrictToAdministrators(path.join(folder, 'missing')));
  await record('read what is missing', () => readSddl(path.join(folder, 'missing')));
  const files = createFileStore({ protectFolder: restrictToAdministrators });
  const state = path.join(folder, 'state');
  await record('private folder', () => files.ensureFolder(path.join(state, 'orders'), { private: true }));
  await record('permissions of the topmost folder made', () => readSddl(state));
  const file = path.join(state, 'file.json');
  const texts = Array.from({ length: 50 }, (_, index) => String(index).padEnd(3_000));
  await record('50 writers at once', async () => {
    await Promise.all(texts.map((text) => files.writeAtomic(file, text, { private: true })));
    return texts.includes(readFileSync(file, 'utf8')) && readdirSync(state).sort();
  });
}

async function probeCodePages(): Promise<void> {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  await record('code page 850', () => decodeConsoleBytes(bytes(0x4d, 0x81, 0x6c, 0x6c, 0x65, 0x72), 850));
  await record('code page 936', () => decodeConsoleBytes(bytes(0xc4, 0xe3, 0xba, 0xc3), 936));
  await record('the code page of the system', () => decodeConsoleBytes(bytes(0x41, 0x42)));
  await record('no bytes', () => decodeConsoleBytes(bytes()));
  await record('an unknown code page', () => decodeConsoleBytes(bytes(0x41), 12345));
}

async function probeProcesses(): Promise<void> {
  const { run } = createProcessRunner();
  const node = (script: string, ...args: string[]) =>
    run({ file: process.execPath, args: ['-e', script, '--', ...args], timeoutMs: 20_000 });
  const odd = ['a "b" c\\', '', 'two words', '%PATH%', '^&|<>', '\u00fc'];
  await record('arguments arrive', async () => {
    const { stdout } = await node('console.log(JSON.stringify(process.argv.slice(1)))', ...odd);
    return JSON.stringify(JSON.parse(Buffer.from(stdout).toString())) === JSON.stringify(odd);
  });
  await record('an HRESULT', async () => (await node('process.exitCode = 0x80070005 | 0')).exitCode);
  await record('a program that is missing', () =>
    run({ file: path.join(folder, 'none.exe'), args: [], timeoutMs: 1_000 }),
  );
  const batch = path.join(folder, 'five.bat');
  writeFileSync(batch, '@exit /b 5\r\n');
  await record('a batch file without cmd', () => run({ file: batch, args: [], timeoutMs: 1_000 }));
  await record('what overruns its limit', () => overrun(run));
}

/** A program and its child, both of which would run for ever. */
async function overrun(run: ReturnType<typeof createProcessRunner>['run']): Promise<unknown> {
  const forever = 'setInterval(() => {}, 1000)';
  const spawnChild = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(forever)}], { stdio: 'inherit' })`;
  const script = `console.log(process.pid, ${spawnChild}.pid); ${forever}`;
  const { exitCode, timedOut, stdout } = await run({ file: process.execPath, args: ['-e', script], timeoutMs: 2_000 });
  const pids = Buffer.from(stdout).toString().trim().split(' ').map(Number);
  return { exitCode: exitCode ?? null, timedOut, processes: pids.length, alive: pids.filter(isAlive).length };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function probeLock(): Promise<void> {
  const name = instanceName(path.join(folder, 'State'));
  await record('the same folder spelled otherwise', () => instanceName(path.join(folder, 'STATE', '.')) === name);
  const lock = await acquireInstanceLock(lockRequest(name));
  await record('a second lock', () => acquireInstanceLock(lockRequest(name)));
  await lock.release();
  await record('after the release', async () => (await acquireInstanceLock(lockRequest(name))).release());
  await record('a mutex twice', () => [typeof tryOwnMutex('Local\\probe'), typeof tryOwnMutex('Local\\probe')]);
  await probeHeldLock(name);
}

/** Another process holds the lock and is killed: the system frees it. */
async function probeHeldLock(name: string): Promise<void> {
  const script = process.argv[1] ?? '';
  const holder = spawn(process.execPath, [script, folder, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  await record('a lock of another process', async () => {
    try {
      return await acquireInstanceLock(lockRequest(name));
    } catch (error) {
      return error instanceof WacsError && [error.code, error.message.includes(`process ${holder.pid}, since `)];
    }
  });
  await record('a lock whose holder is killed', async () => {
    const waiting = acquireInstanceLock({
      ...lockRequest(name),
      waitMs: 20_000,
      onWaiting: () => setTimeout(() => holder.kill(), 100),
    });
    return (await waiting).release();
  });
}

async function holdLock(): Promise<void> {
  await acquireInstanceLock(lockRequest(instanceName(path.join(folder, 'State'))));
  console.log('held');
  setInterval(() => undefined, 1_000);
}

function lockRequest(name: string) {
  return { name, waitMs: 0, onWaiting: () => undefined, describe: 'wacs --probe' };
}

async function record(name: string, step: () => unknown): Promise<void> {
  try {
    results[name] = (await step()) ?? null;
  } catch (error) {
    results[name] =
      error instanceof WacsError ? { code: error.code, message: error.message } : { fault: String(error) };
  }
}
