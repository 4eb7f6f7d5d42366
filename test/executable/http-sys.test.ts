import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join, win32 } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { freePorts } from '../support/pebble/free-ports.ts';
import { projectRoot } from '../support/run-wacs.ts';
import { type BareMachine, bareMachineOrSkip, putFile } from '../support/windows/windows-machine.ts';
import { withWindowsNode } from '../support/windows/windows-node.ts';
import { assertExit, benchOrSkip, until } from './windows-bench.ts';

const tokens = 20;
const perSecond = 200;
const seconds = 5;
const rounds = 50;
/** Kept open, because on a busy machine Wine loses connections of which many come at once. */
const connections = 8;

test('http.sys answers challenges', { timeout: 900_000 }, async (t) => {
  const machine = await bareMachineOrSkip(t);
  if (machine === undefined) return;
  const [port = 0] = await freePorts(1);
  const folder = win32.join(machine.root, 'http-sys');
  const running = startProbe(machine, folder, port);
  await until('the probe answers', () => existsSync(machine.hostPath(win32.join(folder, 'ready'))));

  await t.test('several tokens at once, and nothing else', async () => {
    const bodies = await Promise.all(Array.from({ length: tokens }, (_, index) => ask(port, `token-${index}`)));
    for (const [index, { status, body, type }] of bodies.entries()) {
      assert.deepEqual([status, body, type], [200, `token-${index}.thumbprint`, 'application/octet-stream']);
    }
    assert.equal((await ask(port, 'token-0', 'HEAD')).body, '');
    assert.equal((await ask(port, 'unknown')).status, 404);
    assert.equal((await ask(port, 'token-0', 'POST')).status, 404);
    const long = await ask(port, 'x'.repeat(2_000));
    assert.equal(long.status, 404);
  });

  await t.test(`${perSecond} requests a second for ${seconds} s are answered`, async () => {
    const failed = await load(port);
    assert.deepEqual(failed, []);
  });

  writeFileSync(machine.hostPath(win32.join(folder, 'stop')), '');
  const run = await running;
  assertExit(run, 0);
  const { before, after, answered, sample, log } = JSON.parse(run.stdout);

  await t.test('handles and memory are given back', () => {
    assert.ok(answered >= perSecond * seconds, `${answered} requests were answered`);
    assert.ok(after.handles <= before.handles + 5, `${before.handles} handles before, ${after.handles} after`);
    assert.ok(after.megabytes <= before.megabytes + 60, `${before.megabytes} MB before, ${after.megabytes} MB after`);
  });

  await t.test('the log says who asked, and by which way', () => {
    assert.match(sample, /^challenge request from 127\.0\.0\.1: GET \/\.well-known\/acme-challenge\/token-0: 200$/);
    assert.equal(log, `answering challenges through http.sys at http://+:${port}/.well-known/acme-challenge/`);
  });
});

test('wacs validates through http.sys, and says who owns a port it cannot use', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { machine, pebble } = bench;

  await t.test('two names in one order', async () => {
    const run = await bench.create('a.test,b.test', ['--id', 'site', '--verbose']);
    assertExit(run, 0);
    assert.match(run.stdout, /answering challenges through http\.sys at http:\/\/\+:\d+\//);
    assert.match(run.stdout, /challenge request from 127\.0\.0\.1: GET .*: 200/);
  });

  await t.test('a port of another program: 45 with its name and process id', async () => {
    const node = win32.join(machine.root, 'owner', 'owner.exe');
    await withWindowsNode((path) => installProgram(machine, path, node));
    const ready = win32.join(machine.root, 'owner', 'ready');
    const owner = machine.run(node, ['-e', ownPort(pebble.httpPort, ready)]);
    await until('the port is taken', () => existsSync(machine.hostPath(ready)));
    const run = await bench.create('c.test');
    writeFileSync(machine.hostPath(`${ready}.stop`), '');
    await owner;
    assertExit(run, 45);
    assert.match(run.stderr, /owner\.exe \(process \d+\) uses it/);
  });
});

/** A program that listens on a port until a file appears, at most 20 s. */
function ownPort(port: number, ready: string): string {
  const [made, stop] = [JSON.stringify(ready), JSON.stringify(`${ready}.stop`)];
  return `const fs = require('node:fs');
require('node:net').createServer((socket) => socket.destroy()).listen(${port}, '0.0.0.0', () => fs.writeFileSync(${made}, ''));
setInterval(() => fs.existsSync(${stop}) && process.exit(), 100);
setTimeout(() => process.exit(), 20000);`;
}

async function installProgram(machine: { hostPath(path: string): string }, from: string, to: string): Promise<void> {
  await mkdir(machine.hostPath(win32.dirname(to)), { recursive: true });
  await copyFile(from, machine.hostPath(to));
}

async function startProbe(machine: BareMachine, folder: string, port: number) {
  const [node, script] = [win32.join(folder, 'node.exe'), win32.join(folder, 'probe.mjs')];
  await withWindowsNode((path) => machine.installFile(path, node));
  const { outputFiles } = await build({
    entryPoints: [join(projectRoot, 'test', 'support', 'http-sys-probe.ts')],
    ...({ bundle: true, write: false, platform: 'node', format: 'esm' } as const),
    target: `node${process.versions.node}`,
  });
  await putFile(machine, script, outputFiles[0]?.contents ?? assert.fail('esbuild gave no output'));
  const args = [folder, String(port), String(tokens), String(rounds)];
  return machine.run(node, ['--disable-warning=ExperimentalWarning', script, ...args]);
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string | undefined;
}

function ask(port: number, token: string, method = 'GET', agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = `/.well-known/acme-challenge/${token}`;
    const outgoing = request({ host: '127.0.0.1', port, path, method, agent, timeout: 30_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, type: response.headers['content-type'] }),
      );
    });
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error('no answer within 30 s')));
    outgoing.end();
  });
}

/** Asks at a steady pace. @returns what went wrong */
async function load(port: number): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failed: string[] = [];
  const asked: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const due = startedAt + (count * 1000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    const token = `token-${count % tokens}`;
    asked.push(
      ask(port, token, 'GET', agent).then(
        ({ status, body }) => void (body === `${token}.thumbprint` || failed.push(`${status} ${body}`)),
        (error) => void failed.push(String(error)),
      ),
    );
  }
  await Promise.all(asked);
  agent.destroy();
  return failed;
}
