import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { quick } from '../pebble/workbench.ts';
import { bindOrSkip } from '../support/bind/bind.ts';
import { putFile } from '../support/windows/windows-machine.ts';
import { assertExit, benchOrSkip, type Run, type WindowsBench } from './windows-bench.ts';

/** A batch file that notes what it is asked to do, and leaves the doing to the test. */
const script = `@echo off
>>"%~dp0calls.txt" echo %~1 %~2 %~3 %~4
if exist "%~dp0fail.txt" exit /b 9
`;

/** `selfhosting` is what the bench gives unless told otherwise. */
const mainArguments = (bench: WindowsBench, host: string): string[] => [
  ...['--source', 'manual', '--host', host, '--csr', 'ec', '--store', 'pemfiles', '--pemfilespath', bench.certificates],
  ...['--accepttos', '--notaskscheduler'],
];

test('dns-01 by a batch file', { timeout: 600_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { machine, pebble } = bench;
  const folder = win32.join(machine.root, 'dns & more');
  const path = win32.join(folder, 'dns it.cmd');
  await putFile(machine, path, script);
  const calls = (): string[][] => {
    const file = machine.hostPath(win32.join(folder, 'calls.txt'));
    const text = existsSync(file) ? readFileSync(file, 'latin1') : '';
    return text
      .split('\r\n')
      .filter(Boolean)
      .map((line) => line.trimEnd().split(' '));
  };
  mkdirSync(bench.state, { recursive: true });
  bench.writeSettings({
    Validation: {
      ...{ DnsServers: [pebble.dnsServer], PreValidateDnsLocal: true, DnsPropagationDelay: 0 },
      ...{ PreValidateDnsRetryCount: 30, PreValidateDnsRetryInterval: 1 },
    },
  });
  const create = (host: string): Promise<Run> =>
    bench.run([
      ...mainArguments(bench, host),
      '--validation',
      'script',
      '--validationmode',
      'dns-01',
      '--dnsscript',
      path,
    ]);

  await t.test('a wildcard and its apex, one after the other', async () => {
    const end = new AbortController();
    const doing = followCalls(bench, calls, end.signal);
    const run = await create('a.test,*.a.test');
    end.abort();
    await doing;
    assertExit(run, 0);
    assert.deepEqual(
      calls().map(([verb, name, record]) => [verb, name, record].join(' ')),
      ['create', 'delete', 'create', 'delete'].map((verb) => `${verb} a.test _acme-challenge.a.test`),
    );
  });

  await t.test('a batch file that fails: 53 with its code', async () => {
    await putFile(machine, win32.join(folder, 'fail.txt'), '');
    const run = await create('b.test');
    assertExit(run, 53);
    assert.match(run.stderr, /dns it\.cmd ended with exit code 9/);
  });
});

/** Does what the batch file was asked to do. */
async function followCalls({ pebble }: WindowsBench, calls: () => string[][], end: AbortSignal): Promise<void> {
  for (let done = 0; !end.aborted; await sleep(50)) {
    for (const [verb, , name, value] of calls().slice(done)) {
      if (verb === 'create') await pebble.setDns('set-txt', { host: `${name}.`, value });
      else await pebble.setDns('clear-txt', { host: `${name}.` });
      done += 1;
    }
  }
}

test('dns-01 by dynamic updates', { timeout: 600_000 }, async (t) => {
  const key = { name: 'acme', algorithm: 'hmac-sha256', secret: randomBytes(32).toString('base64') };
  const bind = await bindOrSkip(t, { keys: [key], zones: [{ name: 'a.test', grants: [key.name] }] });
  if (bind === undefined) return;
  const bench = await benchOrSkip(t, { pebble: { ...quick, dnsServer: `${bind.address}:53` } });
  if (bench === undefined) return;
  mkdirSync(bench.state, { recursive: true });
  bench.writeSettings({ Validation: { DnsServers: [bind.address], DnsPropagationDelay: 0 } });
  bench.addSecret(key.secret);
  const create = (secret: string): Promise<Run> =>
    bench.run([
      ...mainArguments(bench, 'a.test,*.a.test'),
      ...['--validation', 'rfc2136', '--serverhost', bind.address, '--tsigkeyname', key.name],
      ...['--tsigkeysecret', secret, '--verbose', '--id', 'site'],
    ]);
  const run = await create(key.secret);
  assertExit(run, 0);
  assert.match(run.output, /asking the name servers of a\.test: ns\.a\.test \(127\./);
  assert.equal(await bind.values('_acme-challenge.a.test'), undefined, 'something is left');
  const stored = bench.readRenewal('site').plan.validation as { tsigKeySecret: string };
  assert.match(stored.tsigKeySecret, /^enc-/);
  assertExit(await bench.run(['--renew', '--force', '--notaskscheduler']), 0);

  const wrong = randomBytes(32).toString('base64');
  bench.addSecret(wrong);
  const refused = await bench.run([
    ...mainArguments(bench, 'x.a.test'),
    ...['--validation', 'rfc2136', '--serverhost', bind.address, '--tsigkeyname', key.name, '--tsigkeysecret', wrong],
  ]);
  assertExit(refused, 45);
  assert.match(refused.stderr, /NOTAUTH, BADSIG/);
});

test('a validation by hand, and nobody is there: 25', { timeout: 600_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const run = await bench.run([...mainArguments(bench, 'a.test'), '--validation', 'manual']);
  assertExit(run, 25);
});
