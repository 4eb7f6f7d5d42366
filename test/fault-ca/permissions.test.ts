import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertSuccess } from './checks.ts';

const skip = process.platform === 'win32' ? 'permission bits are for POSIX' : false;

test('permissions that were loosened are put right at the next run, and told once', { skip }, async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const account = join(bench.authority, 'account.json');
  chmodSync(bench.authority, 0o755);
  chmodSync(account, 0o644);
  const listed = await bench.run(['--list']);
  assert.doesNotMatch(listed.output, /open to others/);
  const run = await bench.renew();
  assertSuccess(run);
  assert.match(run.stderr, /warning: "[^"]+" was open to others \(.*everybody may read\); it is closed now/);
  assert.deepEqual(
    [bench.authority, account].map((path) => statSync(path).mode & 0o777),
    [0o700, 0o600],
  );
  assert.doesNotMatch((await bench.renew()).output, /open to others/);
});
