import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { InstallationContext, PluginServices } from '../../src/core/plugin.ts';
import { scriptInstallation } from '../../src/plugins/installation/script.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { failureOf } from '../support/wacs-error.ts';

const certificate = await createTestCertificate({ friendlyName: 'My site' });
const skip = onPosix ? false : 'shell scripts are for POSIX systems';

/** Runs a shell script with parameters, for real. */
function setUp(t: TestContext, body: string, scriptParameters: string, changes: Partial<PluginServices> = {}) {
  const folder = temporaryFolder(t);
  const script = join(folder, 'deploy.sh');
  writeFileSync(script, `#!/bin/sh\n${body}\n`);
  chmodSync(script, 0o700);
  const log = createMemoryLog();
  const pfx: string[] = [];
  const context: InstallationContext = {
    renewalId: 'first',
    certificate,
    stores: [{ plugin: 'pemfiles', path: '/store', items: [] }],
    previous: { commonName: 'old.test', friendlyName: 'Old', thumbprint: 'BB' },
    async withCachedPfx(work) {
      pfx.push('made');
      const result = await work({ path: '/cache/first.pfx', password: 'one-time' });
      pfx.push('removed');
      return result;
    },
  };
  const plugin = scriptInstallation.create(
    { plugin: 'script', script, scriptParameters },
    realServices({ log, ...changes }),
  );
  return { folder, script, log, pfx, install: () => plugin.install(context) };
}

const writeArguments = 'printf "%s\\n" "$@" > arguments.txt';

test('the script runs in its folder with the facts as arguments', { skip }, async (t) => {
  const parameters = '{CertThumbprint} "{CertFriendlyName}" {StorePath} {StoreType} {OldCertThumbprint} {7}';
  const { folder, pfx, install } = setUp(t, writeArguments, parameters);
  await install();
  assert.deepEqual(readFileSync(join(folder, 'arguments.txt'), 'utf8').trimEnd().split('\n'), [
    ...[certificate.info.thumbprint, 'My site', '/store', 'pemfiles', 'BB', 'first'],
  ]);
  assert.deepEqual(pfx, []);
});

test('a PFX is there for a script that asks for it', { skip }, async (t) => {
  const { folder, pfx, install } = setUp(t, writeArguments, '{CacheFile} {CacheFolder} {CachePassword}');
  await install();
  assert.equal(readFileSync(join(folder, 'arguments.txt'), 'utf8'), '/cache/first.pfx\n/cache\none-time\n');
  assert.deepEqual(pfx, ['made', 'removed']);
});

test('the output of the script is in the log, free of what a terminal would act upon', { skip }, async (t) => {
  const { log, install } = setUp(t, 'printf "one\\033[31m\\ntwo\\n"; echo careful >&2', '');
  await install();
  assert.ok(log.lines.includes('info: script: one [31m') && log.lines.includes('info: script: two'));
  assert.ok(log.lines.includes('warning: script: careful'));
});

test('a script that fails is ScriptFailed with its own code and last words', { skip }, async (t) => {
  const { install } = setUp(t, 'echo "cannot bind" >&2; exit 7', '');
  const failure = await failureOf(install(), 'ScriptFailed');
  assert.equal(failure.details.exitStatus, 7);
  assert.match(failure.message, /exit code 7: cannot bind$/);
});

test('a script that does not end is killed at the limit', { skip }, async (t) => {
  const defaults = { ...realServices().defaults, scriptTimeoutMs: 300 };
  const { install } = setUp(t, 'sleep 60', '', { defaults });
  const failure = await failureOf(install(), 'ScriptFailed');
  assert.match(failure.message, /did not end within 0\.3 s/);
});

test('a script that does not exist is named before anything is started', async (t) => {
  const script = join(temporaryFolder(t), 'missing.sh');
  const plugin = scriptInstallation.create({ plugin: 'script', script }, realServices());
  const failure = await failureOf(plugin.install({} as InstallationContext), 'InstallationError');
  assert.ok(failure.message.includes(script));
});

test('a relative path is refused when the renewal is created', async () => {
  const values = valuesOf('installation', 'script', ['--script', 'deploy.sh']);
  const failure = await failureOf(() => scriptInstallation.fromArguments(values, String), 'UsageError');
  assert.match(failure.message, /not an absolute path/);
});

test('parameters with an open quote are refused when the renewal is created', async () => {
  const values = valuesOf('installation', 'script', ['--script', '/x.sh', '--scriptparameters', 'a "b']);
  await failureOf(() => scriptInstallation.fromArguments(values, String), 'UsageError');
});
