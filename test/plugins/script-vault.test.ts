import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readFromScript } from '../../src/plugins/script-vault.ts';
import { realServices } from '../contract/plugin-samples.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';

function setUp(t: TestContext, body: string, { parameters = '-key {key}', limitMs = 10_000 } = {}) {
  const script = join(temporaryFolder(t), 'vault.sh');
  writeFileSync(script, `#!/bin/sh\n${body}\n`);
  chmodSync(script, 0o755);
  const log = createMemoryLog();
  const hidden: string[] = [];
  const services = realServices({ log });
  const defaults = { ...services.defaults, scriptTimeoutMs: limitMs };
  const read = (key: string) =>
    readFromScript(key, { script, parameters, hide: (secret) => hidden.push(secret) }, { ...services, defaults });
  return { script, log, hidden, read };
}

const options = { skip: !onPosix };

test('what the script prints is the secret, without the blanks around it', options, async (t) => {
  const { read, hidden, log } = setUp(t, 'echo "  $1 $2  "');
  assert.equal(await read('mail key'), '-key mail key');
  assert.deepEqual(hidden, ['-key mail key']);
  assert.ok(log.lines.every((line) => !line.includes('-key mail key')));
});

test('a key never becomes two arguments', options, async (t) => {
  const { read } = setUp(t, 'echo "$#:$2"', { parameters: 'get "{Key}" --plain' });
  assert.equal(await read('a b"c'), '3:a b"c');
});

test('a failing script is 53 with its own code and its last words, never with what it printed', options, async (t) => {
  const { read, log } = setUp(t, 'echo s3cret; echo "locked" >&2; exit 7');
  const failure = await failureOf(read('k'), 'ScriptFailed');
  assert.match(failure.message, /asked for the secret "k", ended with exit code 7: locked/);
  assert.equal(failure.details.exitStatus, 7);
  assert.ok(![failure.message, ...log.lines].join('\n').includes('s3cret'));
});

test('what it printed is hidden before its complaints are shown', options, async (t) => {
  const order: string[] = [];
  const { script, log } = setUp(t, 'echo s3cret; echo "got s3cret" >&2; exit 1');
  const services = realServices({ log: { ...log, warning: () => order.push('shown') } });
  const vault = { script, parameters: '', hide: () => order.push('hidden') };
  await failureOf(readFromScript('k', vault, services), 'ScriptFailed');
  assert.deepEqual(order, ['hidden', 'shown']);
});

test('no output, a script that hangs, and none at all are told apart', options, async (t) => {
  assert.match((await failureOf(setUp(t, 'exit 0').read('k'), 'ScriptFailed')).message, /printed nothing/);
  const slow = setUp(t, 'sleep 20', { limitMs: 200 });
  assert.match((await failureOf(slow.read('k'), 'ScriptFailed')).message, /did not end within 0.2 s and was killed/);
  const absent = { script: '/none/vault.sh', parameters: '', hide: () => undefined };
  const failure = await failureOf(readFromScript('k', absent, realServices()), 'ConfigurationError');
  assert.match(failure.message, /Secrets\.Script\.Get does not exist/);
  const relative = { script: 'vault.sh', parameters: '', hide: () => undefined };
  const refused = await failureOf(readFromScript('k', relative, realServices()), 'ConfigurationError');
  assert.match(refused.message, /has no absolute path/);
});

test('its arguments cannot refer to the vault', options, async (t) => {
  const { read } = setUp(t, 'echo x', { parameters: '{vault://json/a}' });
  assert.match((await failureOf(read('k'), 'ConfigurationError')).message, /refer to the vault themselves/);
});
