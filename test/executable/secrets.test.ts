import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { type TestContext, test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import { openPfx } from '../pebble/certificate-checks.ts';
import { allFiles, assertNoSecrets } from '../pebble/state-checks.ts';
import { machineOrSkip, putFile, runBatch, type WindowsMachine } from '../support/windows/windows-machine.ts';
import type { WineRunOptions, WineRunResult } from '../support/wine/run-in-wine.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

const words = {
  pfx: 'gehe!m & \u00fc\u20ac ^x',
  vault: 'out of the vault %PATH%',
  script: 'said by a script',
} as const;
const secrets: readonly string[] = Object.values(words);
/** Wine makes the key of DPAPI from the name of the user: another one stands for another machine. */
const elsewhere: WineRunOptions = { env: { USER: 'somebody', USERNAME: 'somebody' } };

/** Texts of the files with secrets, by path in the state folder. */
function storedTexts(state: string): Record<string, string> {
  const paths = allFiles(state).filter((path) => /(?:secrets|account|\.renewal|\.certificate)\.json$/.test(path));
  return Object.fromEntries(paths.map((path) => [path.slice(state.length + 1), readFileSync(path, 'utf8')]));
}

const formsIn = (state: string, form: RegExp): number =>
  Object.values(storedTexts(state)).reduce((count, text) => count + (text.match(form)?.length ?? 0), 0);
const encrypted = /"enc-[A-Za-z0-9+/]{100,}=*"/g;
const clear = /"clear-/g;

test('stored secrets of the executable', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  for (const secret of secrets) bench.addSecret(secret);
  const { machine, state } = bench;
  /** As `bench.run`, but secrets may lie in the clear. */
  const run = async (args: readonly string[], options?: WineRunOptions, on = machine, root = state) => {
    const done = await on.run(on.executable, [...args, ...bench.ca], options);
    assertNoSecrets(root, done.stdout + done.stderr, secrets);
    return done;
  };
  const renew = ['--renew', '--force', '--notaskscheduler', '--verbose'];

  await t.test('a vault is filled from a file and from a pipe, and its secrets are encrypted', async () => {
    assertExit(await bench.run(['--vaultstore', '--vaultkey', 'pem', '--vaultsecret', '-'], { stdin: 'first\r\n' }), 0);
    await putFile(machine, 'C:\\secret.txt', `\ufeff${words.vault}\r\n`);
    const command = `"${machine.executable}" --vaultstore --vaultkey`;
    const piped = await runBatch(machine, {
      name: 'pipe.bat',
      text: `@echo off\n${command} pem --vaultsecret - <C:\\secret.txt\nif errorlevel 1 exit /b 99\ntype C:\\secret.txt | ${command} PIPED --vaultsecret -\n`,
    });
    assertExit(piped, 0);
    rmSync(machine.hostPath('C:\\secret.txt'));
    const vault = readFileSync(join(state, 'secrets.json'), 'utf8');
    assert.equal(vault.match(encrypted)?.length, 2);
    assertExit(await bench.run(['--vaultdelete', '--vaultkey', 'piped']), 0);
    assertExit(await bench.run(['--vaultdelete', '--vaultkey', 'piped']), 24);
  });

  await t.test('a renewal with a password of its own and one of the vault', async (t) => {
    const folders = ['--pemfilespath', bench.certificates, '--pfxfilepath', bench.certificates];
    const passwords = ['--pfxpassword', words.pfx, '--pempassword', 'vault://json/PEM'];
    const created = await bench.create('a.test', [
      '--id',
      'site',
      '--store',
      'pemfiles,pfxfile',
      ...folders,
      ...passwords,
    ]);
    assertExit(created, 0);
    assert.match(JSON.stringify(bench.readRenewal('site').plan), /"pemPassword":"vault:\/\/json\/PEM"/);
    assert.match(readFileSync(machine.hostPath(win32.join(bench.certificates, 'a.test-key.pem')), 'utf8'), /ENCRYPTED/);
    await opens(t, bench, words.pfx);
  });

  await t.test('passwords of a script and of the environment', async () => {
    await putFile(machine, 'C:\\scripts\\vault.cmd', `@echo off\nif "%~2"=="mail key" echo ${words.script}\n`);
    bench.writeSettings({ Secrets: { Script: { Get: 'C:\\scripts\\vault.cmd' } } });
    const create = (id: string, given: string, options?: WineRunOptions) =>
      bench.create(
        `${id}.test`,
        ['--id', id, '--store', 'pfxfile', '--pfxfilepath', 'C:\\pfx', '--pfxpassword', given],
        options,
      );
    assertExit(await create('script', 'vault://script/mail key'), 0);
    assertExit(await create('script', 'vault://script/other'), 53);
    assertExit(await create('env', 'vault://environment/PFX_WORD', { env: { PFX_WORD: words.script } }), 0);
    assertExit(await create('env2', 'vault://environment/PFX_WORD'), 20);
    for (const id of ['script', 'env']) assertExit(await bench.run(['--cancel', '--id', id]), 0);
    rmSync(join(state, 'settings.json'));
  });

  const count = formsIn(state, encrypted);
  assert.ok(count >= 4, 'vault, account, password, certificate');

  const second = await machineOrSkip(t);
  if (second === undefined) return;
  const otherState = second.hostPath(win32.join(second.programData, 'wacs'));
  const there = (args: readonly string[]): Promise<WineRunResult> => run(args, elsewhere, second, otherState);

  await t.test('another machine refuses them with 20 and the way out, and loses nothing', async () => {
    moveState(machine, state, second, otherState, bench);
    const before = storedTexts(otherState);
    const failed = await there(renew);
    assertExit(failed, 20);
    assert.match(
      failed.stderr,
      /the account key in .*Windows refused to decrypt it; it was encrypted on another machine/,
    );
    assert.match(failed.stderr, /set Security\.EncryptConfig to false in settings\.json, run wacs --encrypt/);
    const reprotected = await there(['--encrypt']);
    assertExit(reprotected, 20);
    assert.match(reprotected.stdout, /0 secrets in 0 files rewritten, now encrypted; 0 were that already/);
    assert.match(reprotected.stderr, new RegExp(`${count} secrets or files are as they were`));
    for (const [path, text] of Object.entries(storedTexts(otherState)))
      assert.deepEqual(text.match(encrypted), before[path]?.match(encrypted), path);
  });

  await t.test('--encrypt takes them out of the encryption, and they move', async () => {
    writeFileSync(
      join(state, 'settings.json'),
      '{\r\n  // to move\r\n  "security": { "encryptConfig": false, },\r\n}\r\n',
    );
    const opened = await run(['--encrypt']);
    assertExit(opened, 0);
    assert.match(opened.stdout, new RegExp(`${count} secrets in \\d+ files rewritten, now in the clear`));
    assert.deepEqual([formsIn(state, encrypted), formsIn(state, clear)], [0, count]);
    assertExit(await run(renew), 0);
    moveState(machine, state, second, otherState, bench);
    rmSync(join(otherState, 'settings.json'));
    const closed = await there(['--encrypt']);
    assertExit(closed, 0);
    assert.deepEqual([formsIn(otherState, encrypted), formsIn(otherState, clear)], [count, 0]);
    assertExit(await there(renew), 0);
    assert.ok(existsSync(second.hostPath(win32.join(bench.certificates, 'a.test.pfx'))));
  });

  await t.test('and back into it, what win-acme stores in base64 too', async (t) => {
    const path = join(bench.authority, 'site.renewal.json');
    const base64 = Buffer.from(words.pfx).toString('base64');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/"pfxPassword": "clear-[^\n]*"/, `"pfxPassword": "${base64}"`),
    );
    assert.ok(readFileSync(path, 'utf8').includes(base64));
    assertExit(await run(renew), 0);
    await opens(t, bench, words.pfx);
    rmSync(join(state, 'settings.json'));
    assertExit(await run(['--encrypt']), 0);
    assert.deepEqual([formsIn(state, encrypted), formsIn(state, clear)], [count, 0]);
    assertExit(await bench.run(renew), 0);
    await opens(t, bench, words.pfx);
    assert.equal(bench.pebble.requestCount('newAccount'), 1, 'the account key was lost on the way');
  });

  await t.test('--config and --settingsschema', async () => {
    const places = JSON.parse((await bench.run(['--config'])).stdout);
    assert.equal(places.StatePath, 'C:\\ProgramData\\wacs');
    assert.equal(places.VaultPath, 'C:\\ProgramData\\wacs\\secrets.json');
    assert.equal(places.ExecutablePath, machine.executable);
    assert.equal(JSON.parse((await machine.run(machine.executable, ['--settingsschema'])).stdout).type, 'object');
  });
});

/** Copies the state as an administrator would, with the roots of the CA. */
function moveState(
  from: WindowsMachine,
  state: string,
  to: WindowsMachine,
  otherState: string,
  { caFile }: WindowsBench,
): void {
  rmSync(otherState, { recursive: true, force: true });
  mkdirSync(otherState, { recursive: true, mode: 0o700 });
  cpSync(state, otherState, { recursive: true });
  rmSync(join(otherState, 'log'), { recursive: true, force: true });
  cpSync(from.hostPath(caFile), to.hostPath(caFile));
}

async function opens(t: TestContext, { machine, certificates }: WindowsBench, password: string): Promise<void> {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const { certificates: chain } = await openPfx(machine.hostPath(win32.join(certificates, 'a.test.pfx')), password);
  assert.equal(chain.length, 2);
}
