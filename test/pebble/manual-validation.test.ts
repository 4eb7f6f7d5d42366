import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { bundle } from '../support/run-wacs.ts';
import { valuesIn } from './dns-script.ts';
import { assertExit, createWorkbench, quick, type Workbench } from './workbench.ts';

/** Gives a program a terminal; part of util-linux, which every Debian has. */
const scriptProgram = '/usr/bin/script';

const limitMs = 60_000;

interface Session {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs the bundle at a terminal; `onOutput` gets all that it has shown so far, each time there is more, and may type. */
function runAtTerminal(
  args: readonly string[],
  onOutput: (shown: string, type: (keys: string) => void) => void,
): Promise<Session> {
  // Without exec, the shell in between would take Ctrl+C for its own end.
  const command = ['exec', process.execPath, bundle, ...args]
    .map((text, index) => (index === 0 ? text : `'${text.replaceAll("'", `'\\''`)}'`))
    .join(' ');
  const child = spawn(scriptProgram, ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NO_COLOR: '1', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text.replaceAll('\r\n', '\n');
    onOutput(output, (keys) => child.stdin.write(keys));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** The records that somebody was asked to make. */
function recordsIn(output: string): { name: string; value: string }[] {
  const blocks = output.matchAll(/^ {4}name: +(\S+)\n {4}value: +"(\S+)" \(/gm);
  return Array.from(blocks, ([, name = '', value = '']) => ({ name, value }));
}

async function setUp(
  t: TestContext,
  pebble: Pebble,
  changes: object = {},
): Promise<{ bench: Workbench; args: string[] }> {
  const bench = await createWorkbench(t, pebble);
  bench.writeSettings({
    Validation: { DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0, ...changes },
  });
  const main = ['--source', 'manual', '--host', 'a.test,*.a.test', '--id', 'site', '--accepttos', '--notaskscheduler'];
  const plan = ['--validation', 'manual', '--validationmode', 'dns-01', '--csr', 'ec', '--pemfilespath', bench.pem];
  const where = ['--configpath', bench.state, '--baseuri', pebble.directoryUrl, '--cafile', pebble.caFile];
  return { bench, args: [...main, ...plan, ...where] };
}

test('dns-01 by hand', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test('somebody at the terminal makes the records', async (t) => {
    if (!existsSync(scriptProgram)) return t.skip(`${scriptProgram} is not there`);
    // The check is switched off, and is made nevertheless: a person takes a while.
    const { bench, args } = await setUp(t, pebble, { PreValidateDns: false });
    const made = new Set<string>();
    const run = await runAtTerminal(args, (shown) => {
      for (const { name, value } of recordsIn(shown)) {
        if (made.has(value)) continue;
        made.add(value);
        setTimeout(() => void pebble.setDns('set-txt', { host: `${name}.`, value }), 400);
      }
    });
    assert.equal(run.exitCode, 0, run.output);
    assert.equal(made.size, 2, 'one for the name and one for its wildcard');
    for (const value of made)
      assert.ok(run.output.includes(`the TXT record _acme-challenge.a.test "${value}" can be removed now`), run.output);
    assert.deepEqual(bench.ids(), ['site']);
    assert.equal((await valuesIn(pebble.dnsServer, '_acme-challenge.a.test')).length, 2, 'left to the person');
    await pebble.setDns('clear-txt', { host: '_acme-challenge.a.test.' });

    const renewal = await bench.run(['--renew', '--force', '--notaskscheduler']);
    assertExit(renewal, 25);
    assert.match(renewal.stderr, /needs somebody at the terminal.*\n.*another --validation/);
  });

  await t.test('Ctrl+C ends the wait: 26', async (t) => {
    if (!existsSync(scriptProgram)) return t.skip(`${scriptProgram} is not there`);
    const { args } = await setUp(t, pebble);
    let interrupted = false;
    const startedAt = performance.now();
    const run = await runAtTerminal([...args, '--verbose'], (shown, type) => {
      if (interrupted || recordsIn(shown).length < 2) return;
      interrupted = true;
      type('\u0003');
    });
    assert.equal(run.exitCode, 26, run.output);
    assert.ok(performance.now() - startedAt < 20_000);
    assert.match(run.output, /can be removed now/);
  });

  await t.test('nobody at a terminal: 25 at once, and nothing is ordered', async (t) => {
    const { bench } = await setUp(t, pebble);
    const orders = pebble.requestCount('newOrder');
    for (const mode of ['dns-01', 'http-01']) {
      const run = await bench.create('b.test', ['--validation', 'manual', '--validationmode', mode]);
      assertExit(run, 25);
      assert.match(run.stderr, /--validation manual needs somebody at the terminal/);
    }
    assert.equal(pebble.requestCount('newOrder'), orders);
    assert.deepEqual(bench.ids(), []);
  });
});
