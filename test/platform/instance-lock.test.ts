import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { acquireInstanceLock, type InstanceLockRequest } from '../../src/platform/instance-lock.ts';
import { instanceName, lockEndpoint } from '../../src/platform/lock-endpoint.ts';
import { onPosix, temporaryFolder, wacsError } from './support.ts';

const module = new URL('../../src/platform/instance-lock.ts', import.meta.url).href;
const request = (name: string, more: Partial<InstanceLockRequest> = {}): InstanceLockRequest => ({
  name,
  waitMs: 0,
  onWaiting: () => undefined,
  describe: 'wacs --test',
  ...more,
});

/** Another process that takes the lock and says so, then lives until it is killed. */
async function holder(t: TestContext, name: string, platform = process.platform as string): Promise<ChildProcess> {
  const code = `const { acquireInstanceLock } = await import(${JSON.stringify(module)});
    await acquireInstanceLock({ name: process.argv[1], waitMs: 0, onWaiting() {}, describe: 'wacs --renew', platform: process.argv[2] });
    console.log('held');
    setInterval(() => {}, 1000);`;
  const args = ['--input-type=module', '-e', code, '--', name, platform];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const uniqueName = (t: TestContext): string => instanceName(join(temporaryFolder(t), 'state'));

test('one holder at a time; release lets the next one in; release twice is harmless', async (t) => {
  const name = uniqueName(t);
  const first = await acquireInstanceLock(request(name));
  const other = await acquireInstanceLock(request(`${name}2`));
  await other.release();
  const start = performance.now();
  await assert.rejects(
    acquireInstanceLock(request(name)),
    wacsError(
      'AlreadyRunning',
      new RegExp(`^another run still uses this state folder: process ${process.pid}, since 2.*: wacs --test$`),
    ),
  );
  assert.ok(performance.now() - start < 500);
  await first.release();
  await first.release();
  await (await acquireInstanceLock(request(name))).release();
});

for (const platform of onPosix ? (['linux', 'darwin'] as const) : (['win32'] as const)) {
  test(`a killed holder frees the lock for who waits (${platform})`, {
    skip: platform === 'linux' && process.platform !== 'linux',
  }, async (t) => {
    const name = uniqueName(t);
    const child = await holder(t, name, platform);
    const told: unknown[] = [];
    const waiting = acquireInstanceLock(
      request(name, {
        waitMs: 20_000,
        platform,
        onWaiting: (other) => {
          told.push(other);
          setTimeout(() => child.kill('SIGKILL'), 200);
        },
      }),
    );
    const closed = once(child, 'close').then(() => performance.now());
    const lock = await waiting;
    assert.ok(performance.now() - (await closed) < 1_000, 'the waiter saw the end at once');
    assert.equal(told.length, 1);
    assert.deepEqual(told[0], { ...(told[0] as object), pid: child.pid, command: 'wacs --renew' });
    await lock.release();
  });

  test(`ten waiters get the lock one after the other (${platform})`, {
    skip: platform === 'linux' && process.platform !== 'linux',
  }, async (t) => {
    const name = uniqueName(t);
    let inside = 0;
    let most = 0;
    const turn = async (): Promise<void> => {
      const lock = await acquireInstanceLock(request(name, { waitMs: 20_000, platform }));
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 10 }, turn));
    assert.equal(most, 1);
  });
}

test('waiting ends at the limit, and names the holder', async (t) => {
  const name = uniqueName(t);
  const child = await holder(t, name);
  const start = performance.now();
  const failing = acquireInstanceLock(request(name, { waitMs: 1_000 }));
  await assert.rejects(
    failing,
    wacsError('AlreadyRunning', new RegExp(`after 1 s: process ${child.pid}, since .*: wacs --renew`)),
  );
  const took = performance.now() - start;
  assert.ok(took >= 990 && took < 3_000, `${took} ms`);
});

test('a stranger who says nothing, or nonsense, is waited for all the same', {
  skip: process.platform !== 'linux' && 'abstract sockets',
}, async (t) => {
  const name = uniqueName(t);
  for (const answer of ['', 'nonsense\n', '{"pid":"x"}\n', 'x'.repeat(20_000)]) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(answer);
    });
    server.listen(lockEndpoint(name, process.platform).path);
    await once(server, 'listening');
    await assert.rejects(
      acquireInstanceLock(request(name, { waitMs: 100 })),
      wacsError('AlreadyRunning', /does not say which/),
    );
    await new Promise((resolve) => server.close(resolve));
  }
});

test('neither the lock nor a visitor keeps the process alive', async (t) => {
  const name = uniqueName(t);
  const code = `const { acquireInstanceLock } = await import(${JSON.stringify(module)});
    await acquireInstanceLock({ name: process.argv[1], waitMs: 0, onWaiting() {}, describe: 'x' });
    console.log('held');
    setTimeout(() => {}, 1500);`;
  const args = ['--input-type=module', '-e', code, '--', name];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 10_000 });
  await once(child.stdout, 'data');
  const visitor = connect(lockEndpoint(name, process.platform).path);
  await once(visitor, 'data');
  const [exitCode] = await once(child, 'exit');
  visitor.destroy();
  assert.equal(exitCode, 0);
});

test('a folder has one name however it is spelled or linked', { skip: !onPosix && 'symbolic links' }, (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'real'));
  symlinkSync(join(root, 'real'), join(root, 'link'));
  assert.equal(instanceName(join(root, 'link', 'new', 'state')), instanceName(`${root}/real/./new//state/`));
  assert.notEqual(instanceName(join(root, 'a')), instanceName(join(root, 'A'), 'linux'));
  assert.equal(instanceName(join(root, 'a'), 'win32'), instanceName(join(root, 'A'), 'win32'));
});
