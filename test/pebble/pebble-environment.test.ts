import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { localRequest } from '../support/pebble/local-request.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { isAlive } from './processes.ts';

const CHILD_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5_000;

test('the directory answers over TLS to those who trust the generated root, and only to them', async (t) => {
  const pebble = await pebbleOrSkip(t);
  if (pebble === undefined) return;
  const ca = readFileSync(pebble.caFile, 'utf8');
  const { status, body } = await localRequest(pebble.directoryUrl, { ca });
  assert.equal(status, 200);
  const directory: Record<string, unknown> = JSON.parse(body);
  for (const resource of ['newNonce', 'newAccount', 'newOrder', 'revokeCert', 'keyChange', 'renewalInfo']) {
    assert.equal(typeof directory[resource], 'string', `${resource} in ${body}`);
  }
  await assert.rejects(localRequest(pebble.directoryUrl), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('requests are counted by kind as soon as they are answered', async (t) => {
  const pebble = await pebbleOrSkip(t);
  if (pebble === undefined) return;
  assert.deepEqual(pebble.requests(), []);
  const { body } = await localRequest(pebble.directoryUrl, pebble);
  const { newNonce, newAccount }: Record<string, string> = JSON.parse(body);
  assert.ok(newNonce !== undefined && newAccount !== undefined);
  await localRequest(newNonce, pebble);
  await localRequest(newNonce, pebble);
  await localRequest(newAccount, { ca: pebble.ca, body: {} });
  assert.deepEqual(
    pebble.requests().map(({ method, kind }) => `${method} ${kind}`),
    ['GET directory', 'GET newNonce', 'GET newNonce', 'POST newAccount'],
  );
  assert.equal(pebble.requestCount('newNonce'), 2);
});

test('options reach Pebble and its DNS', async (t) => {
  const profiles = { brief: { description: 'six days', validityPeriod: 518_400 } };
  const pebble = await pebbleOrSkip(t, { profiles, alternateRoots: 2, nonceReject: 30 });
  if (pebble === undefined) return;
  const { body } = await localRequest(pebble.directoryUrl, pebble);
  assert.deepEqual(JSON.parse(body).meta.profiles, { brief: 'six days' });
  assert.equal((await pebble.rootCertificates()).match(/BEGIN CERTIFICATE/g)?.length, 3);
  assert.match(pebble.log(), /reject 30% of good nonces/);
  await pebble.setDns('set-txt', { host: '_acme-challenge.a.test.', value: 'proof' });
  await assert.rejects(pebble.setDns('no-such-command', {}), /404/);
});

test('stop leaves no process and no file, and the log can still be read', async (t) => {
  const pebble = await pebbleOrSkip(t);
  if (pebble === undefined) return;
  assert.deepEqual(pebble.pids.filter(isAlive), pebble.pids);
  await pebble.stop();
  await pebble.stop();
  assert.deepEqual(pebble.pids.filter(isAlive), []);
  assert.equal(existsSync(pebble.caFile), false);
  assert.match(pebble.log(), /Starting Pebble ACME server/);
});

const endings = [
  { how: 'a process that forgets to stop it', code: '' },
  { how: 'a process that exits', code: 'process.exit(0);' },
  { how: 'a process that is killed', code: "process.kill(process.pid, 'SIGKILL');", only: 'linux' },
];

for (const { how, code, only } of endings) {
  const skip = only !== undefined && only !== process.platform && `only on ${only}`;
  test(`Pebble does not outlive ${how}`, { skip }, async (t) => {
    if ((await pebbleOrSkip(t)) === undefined) return;
    const folder = await temporaryFolder('wacs-pebble-test-');
    t.after(folder.remove);
    const pids = await startElsewhere(code, folder.path);
    assert.equal(pids.length, 2);
    const deadline = Date.now() + END_LIMIT_MS;
    while (pids.some(isAlive) && Date.now() < deadline) await sleep(20);
    assert.deepEqual(pids.filter(isAlive), []);
  });
}

/** Starts Pebble in a process of its own, its files below `folder`, that then runs `ending`; the ids of Pebble's processes. */
async function startElsewhere(ending: string, folder: string): Promise<number[]> {
  const module = new URL('../support/pebble/pebble.ts', import.meta.url);
  const code = `
    import { writeSync } from 'node:fs';
    import { startPebble } from '${module}';
    const { pids } = await startPebble();
    writeSync(1, pids.join(' '));
    ${ending}`;
  const args = ['--input-type=module', '--eval', code];
  const options = { timeout: CHILD_LIMIT_MS, env: { ...process.env, TMPDIR: folder } };
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout) => resolve(stdout));
  });
  return output.split(' ').map(Number);
}
