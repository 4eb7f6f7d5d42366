import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { test } from 'node:test';
import { taskName } from '../../src/scheduler/task-definition.ts';
import { projectRoot } from '../support/run-wacs.ts';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { type DoubleSettings, steerDouble, storedTask } from '../support/schtasks-double/steer-double.ts';
import { putFile, runBatch } from '../support/windows/windows-machine.ts';
import type { WineRunResult } from '../support/wine/run-in-wine.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

/** The batch files of the README, in order. */
const blocks = [...readFileSync(join(projectRoot, 'README.md'), 'utf8').matchAll(/^```bat\r?\n(.*?)^```/gms)].map(
  ([, text = '']) => text.replaceAll('\r', ''),
);
const quickStart = blockWith('mkdir');
const branches = blockWith('goto done');
const inParentheses = blockWith('EnableDelayedExpansion');
const startUp = blockWith('--id start-up');
/** Stands in for the share of the domain. */
const netlogon = 'C:\\netlogon\\wacs.exe';

test('the batch files of the README', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t, { prepare: installSchtasksDouble });
  if (bench === undefined) return;
  const { machine, pebble } = bench;
  // What becomes of the task is up to Windows there.
  const { prefix } = machine;
  if (prefix === undefined) return t.skip('puts a double in the place of schtasks.exe, in Wine only');
  const steer = (settings: DoubleSettings = {}) => steerDouble(prefix, settings);
  const task = () => storedTask(prefix, `\\${taskName(pebble.directoryUrl)}`);
  await steer();

  await t.test('quick start: installed, certificate, task, and 0 is shown', async () => {
    await putFile(machine, 'C:\\download\\wacs.exe', readFileSync(machine.hostPath(machine.executable)));
    await machine.run('cmd.exe', ['/d', '/c', 'rd', '/s', '/q', win32.dirname(machine.executable)]);
    const run = await runBlock(bench, { text: quickStart, cwd: 'C:\\download' });
    assert.match(run.stdout, /^0\s*$/m, run.stdout + run.stderr);
    assertCertificates(bench, ['-chain-only.pem', '-chain.pem', '-crt.pem', '-key.pem', '.pfx']);
    assert.ok(await task());
  });

  await t.test('start-up script: the program is installed from the share', async () => {
    const program = readFileSync(machine.hostPath(machine.executable));
    await putFile(machine, netlogon, program);
    rmSync(machine.hostPath(machine.executable));
    const run = await runBlock(bench, { text: startUp.replace('"%wacs%"', 'exit /b 77\n"%wacs%"') });
    assertExit(run, 77);
    assert.ok(readFileSync(machine.hostPath(machine.executable)).equals(program));
  });

  await t.test('start-up script: a refused registration is 31, and the certificate is kept', async () => {
    await steer({ create: '0x80070005', query: '0x80070002' });
    const run = await runBlock(bench, { text: startUp });
    assertExit(run, 31);
    assert.match(
      run.stderr,
      /the certificate is in place, but the scheduled task is not: [\s\S]*\[31 TaskAccessDenied\]/,
    );
    assert.equal(bench.readRenewal('start-up').state.certificate?.deployed, true);
  });

  await t.test('start-up script again: the task is registered, nothing is ordered', async () => {
    await steer();
    const orders = pebble.requestCount('newOrder');
    assertExit(await runBlock(bench, { text: startUp }), 0);
    assert.ok(await task());
    assertExit(await runBlock(bench, { text: startUp, name: 'start.cmd' }), 0);
    assert.equal(pebble.requestCount('newOrder'), orders);
  });

  for (const [what, text] of [
    ['branches', branches],
    ['in parentheses', inParentheses],
  ] as const) {
    await t.test(`${what}: nothing due is 0 and says no more`, async () => {
      const run = await runBlock(bench, { text });
      assertExit(run, 0);
      assert.doesNotMatch(run.stdout, /wacs ended/);
    });

    await t.test(`${what}: a name that cannot be validated is 44, in .bat and .cmd`, async () => {
      await pebble.setDns('set-servfail', { host: 'server1.example.test' });
      for (const name of ['renew.bat', 'renew.cmd']) {
        const run = await runBlock(bench, { text: text.replace('--renew', '--renew --force --id start-up'), name });
        assertExit(run, 44);
        assert.match(run.stdout, /^wacs ended with exit code 44\.\s*$/m);
        if (text === branches) assert.match(run.stdout, /^The CA could not validate a name; see the log\.\s*$/m);
      }
      await pebble.setDns('clear-servfail', { host: 'server1.example.test' });
    });
  }

  await t.test('branches: Task Scheduler without rights is 31', async () => {
    await steer({ query: '0x80070005' });
    const run = await runBlock(bench, { text: branches });
    assertExit(run, 31);
    assert.match(run.stdout, /^The scheduled task needs an elevated prompt\.\s+wacs ended with exit code 31\.\s*$/m);
    await steer();
  });

  await t.test('branches: a CA that cannot be reached is 41', async () => {
    bench.writeSettings({ Acme: { RequestAttempts: 1 } });
    await pebble.stop();
    const run = await runBlock(bench, { text: branches.replace('--renew', '--renew --force') });
    assertExit(run, 41);
    assert.match(
      run.stdout,
      /^The CA cannot be reached; the next run tries again\.\s+wacs ended with exit code 41\.\s*$/m,
    );
  });
});

test('no batch file of the README asks `if errorlevel` after a `set`, which resets it in .cmd files', () => {
  for (const block of blocks) assert.doesNotMatch(block, /^\s*set "[^\n]*\n\s*if (not )?errorlevel/m);
});

function blockWith(text: string): string {
  return blocks.find((block) => block.includes(text)) ?? assert.fail(`README.md has no batch file with "${text}"`);
}

interface Block {
  readonly text: string;
  readonly name?: string;
  readonly cwd?: string;
}

/** Runs a batch file of the README with our CA, names it can validate, and folders of the test. */
async function runBlock(bench: WindowsBench, { text, name = 'readme.bat', cwd }: Block): Promise<WineRunResult> {
  const { machine, pebble, caFile, certificates } = bench;
  const ca = `--baseuri ${pebble.directoryUrl} --cafile "${caFile}"`;
  const adapted = text
    .replaceAll('%ProgramFiles%', machine.programFiles)
    .replaceAll('%COMPUTERNAME%', 'SERVER1')
    .replaceAll('\\\\example.com\\netlogon', win32.dirname(netlogon))
    .replaceAll('example.com', 'example.test')
    .replaceAll('C:\\certs', `"${certificates}"`)
    .replace('--accepttos', `--accepttos --validationport ${pebble.httpPort} ${ca}`)
    .replace('--renew', `--renew ${ca}`);
  const run = await runBatch(machine, { name, text: adapted, ...(cwd === undefined ? {} : { cwd }) });
  bench.check(run);
  return run;
}

function assertCertificates({ machine, certificates }: WindowsBench, endings: readonly string[]): void {
  for (const ending of endings) {
    const file = machine.hostPath(win32.join(certificates, `www.example.test${ending}`));
    assert.ok(existsSync(file), `${file} is missing`);
  }
}
