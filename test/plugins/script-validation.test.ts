import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DnsClient } from '../../src/core/dns.ts';
import type { ChallengeTask, PluginServices, ValidationPlugin } from '../../src/core/plugin.ts';
import type { PluginOptions } from '../../src/core/renewal.ts';
import { scriptValidation } from '../../src/plugins/validation/script/descriptor.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';

const skip = onPosix ? false : 'shell scripts are for POSIX systems';

/** A script that leaves a line with its arguments, when it begins and when it ends. */
function setUp(t: TestContext, options: Record<string, string | number> = {}, changes: Partial<PluginServices> = {}) {
  const folder = temporaryFolder(t);
  const script = join(folder, 'dns it.sh');
  const file = (name: string) => join(folder, name);
  const text = `#!/bin/sh
cd "$(dirname "$0")"
echo "begin $*" >> lines
if [ -e "hang $1" ]; then sleep 60; fi
sleep 0.1
echo "end $*" >> lines
if [ -e "fail $1" ]; then echo 'no such zone' >&2; exit 7; fi
`;
  writeFileSync(script, text, { mode: 0o755 });
  const log = createMemoryLog();
  const end = new AbortController();
  const dns: DnsClient = {
    followAliases: async (name) => name.replace('moved', 'target'),
    findZone: async () => 'a.test',
    waitForTxt: async () => undefined,
    exchange: () => assert.fail('nobody asks for it'),
    readTxt: () => assert.fail('nobody asks for it'),
  };
  const services = realServices({ log, dns, signal: end.signal, ...changes });
  const plugin = scriptValidation.create({ plugin: 'script', script, ...options }, services);
  const lines = (): string[] =>
    existsSync(file('lines')) ? readFileSync(file('lines'), 'utf8').trimEnd().split('\n') : [];
  return {
    folder,
    script,
    plugin,
    log,
    end,
    lines,
    begun: () =>
      lines()
        .filter((line) => line.startsWith('begin '))
        .map((line) => line.slice('begin '.length)),
    failAt: (step: string) => writeFileSync(file(`fail ${step}`), ''),
    hangAt: (step: string) => writeFileSync(file(`hang ${step}`), ''),
  };
}

const task = (value: string, token = 'token'): ChallengeTask => ({
  identifier: { type: 'dns', value },
  token,
  keyAuthorization: `${token}.thumbprint`,
});
const digest = createHash('sha256').update('token.thumbprint').digest('base64url');

/** What the core does with a challenge. */
async function validate(plugin: ValidationPlugin, one: ChallengeTask, between?: () => Promise<void>): Promise<void> {
  try {
    await plugin.prepare(one);
    await between?.();
  } finally {
    await plugin.cleanUp(one);
  }
}

test('dns-01: the script is called as win-acme calls it, a wildcard by the name below', { skip }, async (t) => {
  const { plugin, begun } = setUp(t);
  assert.equal(plugin.challengeType, 'dns-01');
  await validate(plugin, task('*.www.a.test'));
  assert.deepEqual(begun(), [
    `create www.a.test _acme-challenge.www.a.test ${digest}`,
    `delete www.a.test _acme-challenge.www.a.test ${digest}`,
  ]);
});

test('dns-01: zone and node, where a CNAME leads', { skip }, async (t) => {
  const template = '{ZoneName} {NodeName} {RecordName} {Identifier} {Path}';
  const { plugin, begun } = setUp(t, { prepareArguments: template, cleanupArguments: '"{NodeName} {ZoneName}"' });
  await validate(plugin, task('moved.a.test'));
  assert.deepEqual(begun(), [
    'a.test _acme-challenge.target _acme-challenge.target.a.test moved.a.test {Path}',
    '_acme-challenge.target a.test',
  ]);
});

test('http-01: path, file and content', { skip }, async (t) => {
  const { plugin, begun } = setUp(t, { challengeType: 'http-01', cleanupArguments: 'cleanup {FileName} {RecordName}' });
  assert.equal(plugin.challengeType, 'http-01');
  assert.match(plugin.refusal({ type: 'dns', value: '*.a.test' }) ?? '', /dns-01/);
  assert.equal(plugin.refusal({ type: 'ip', value: '192.0.2.1' }), undefined);
  await validate(plugin, task('www.a.test'));
  assert.deepEqual(begun(), [
    'prepare www.a.test /.well-known/acme-challenge/token token.thumbprint',
    'cleanup token {RecordName}',
  ]);
});

test('http-01: a token that is no token never reaches a script', { skip }, async (t) => {
  const { plugin, begun } = setUp(t, { challengeType: 'http-01' });
  await failureOf(validate(plugin, task('a.test', '../evil')), 'ValidationSetupError');
  assert.deepEqual(begun(), []);
});

test('without a script to clean up, what stays is told', { skip }, async (t) => {
  for (const challengeType of ['dns-01', 'http-01']) {
    const { folder, log } = setUp(t);
    const options = { plugin: 'script', prepareScript: join(folder, 'dns it.sh'), challengeType };
    const services = { ...realServices({ log }), dns: shownAtOnce };
    await validate(scriptValidation.create(options, services), task('a.test'));
    const what =
      challengeType === 'dns-01' ? /TXT record _acme-challenge\.a\.test stays/ : /acme-challenge\/token stays/;
    assert.ok(
      log.lines.some((line) => what.test(line)),
      log.lines.join('\n'),
    );
  }
});

const shownAtOnce: DnsClient = {
  followAliases: async (name) => name,
  findZone: async () => 'a.test',
  waitForTxt: async () => undefined,
  exchange: () => assert.fail('nobody asks for it'),
  readTxt: () => assert.fail('nobody asks for it'),
};

for (const mode of [0, 1, 2, 3]) {
  test(`parallelism ${mode}`, { skip }, async (t) => {
    const { plugin, lines, script } = setUp(t, { parallelism: mode });
    const other = scriptValidation.create(
      { plugin: 'script', script, parallelism: mode },
      realServices({ dns: shownAtOnce }),
    );
    let [now, most] = [0, 0];
    const answer = async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 150));
      now -= 1;
    };
    const work = [validate(plugin, task('a.test'), answer), validate(plugin, task('b.test'), answer)];
    await Promise.all([...work, validate(other, task('c.test'), answer)]);
    const scriptsOverlap = lines().some((line, at) => line.startsWith('begin') && lines()[at + 1]?.startsWith('begin'));
    assert.equal(scriptsOverlap, (mode & 1) !== 0, lines().join('\n'));
    assert.equal(most > 1, (mode & 2) !== 0, `${most} challenges at once`);
    const steps = lines().map((line) => line.split(' ')[1]);
    if (mode === 0) assert.deepEqual(steps, Array(3).fill(['create', 'create', 'delete', 'delete']).flat());
  });
}

test('a script that fails is ScriptFailed, is cleaned up after, and does not stop the next challenge', {
  skip,
}, async (t) => {
  const { plugin, begun, failAt, folder } = setUp(t);
  failAt('create');
  const failing = failureOf(validate(plugin, task('a.test')), 'ScriptFailed');
  const next = failureOf(validate(plugin, task('b.test')), 'ScriptFailed');
  const failure = await failing;
  assert.equal(failure.details.exitStatus, 7);
  assert.match(failure.message, /exit code 7: no such zone$/);
  await next;
  assert.deepEqual(
    begun().map((line) => line.split(' ').slice(0, 2).join(' ')),
    [...['create a.test', 'delete a.test', 'create b.test', 'delete b.test']],
  );
  rmSync(join(folder, 'fail create'));
  await validate(plugin, task('c.test'));
});

test('a script that overruns the limit is killed', { skip }, async (t) => {
  const defaults = { ...realServices().defaults, scriptTimeoutMs: 300 };
  const { plugin, hangAt } = setUp(t, {}, { defaults });
  hangAt('create');
  const failure = await failureOf(validate(plugin, task('a.test')), 'ScriptFailed');
  assert.match(failure.message, /did not end within 0\.3 s/);
  assert.match(failure.hint ?? '', /Script\.Timeout/);
});

test('an interruption ends the script, gives up the turns of others, and still cleans up', { skip }, async (t) => {
  const { plugin, hangAt, end, begun } = setUp(t);
  hangAt('create');
  const reason = new Error('Ctrl+C');
  const first = validate(plugin, task('a.test'));
  const waiting = validate(plugin, task('b.test'));
  setTimeout(() => end.abort(reason), 300);
  const results = await Promise.allSettled([first, waiting]);
  assert.deepEqual(
    results.map((result) => result.status === 'rejected' && result.reason === reason),
    [true, true],
  );
  assert.deepEqual(
    begun().map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['create a.test', 'delete a.test'],
  );
});

test('a script that is not there, or cannot be started, is a fault of the set-up', { skip }, async (t) => {
  const { folder, script } = setUp(t);
  const missing = scriptValidation.create(
    { plugin: 'script', prepareScript: join(folder, 'none.sh') },
    realServices({ dns: shownAtOnce }),
  );
  const absent = await failureOf(missing.prepare(task('a.test')), 'ValidationSetupError');
  assert.match(`${absent.message} ${absent.hint}`, /none\.sh does not exist .*--validationpreparescript/);
  writeFileSync(script, 'no program', { mode: 0o600 });
  rmSync(script);
  writeFileSync(script, 'no program', { mode: 0o600 });
  const plugin = scriptValidation.create({ plugin: 'script', script }, realServices({ dns: shownAtOnce }));
  const unstartable = await failureOf(plugin.prepare(task('a.test')), 'ValidationSetupError');
  assert.match(unstartable.message, /cannot start/);
});

const stored = (...args: string[]): PluginOptions =>
  scriptValidation.fromArguments(valuesOf('validation', 'script', args), String);

test("win-acme's names are stored as the newer ones", () => {
  const old = ['--dnscreatescript', '/c.sh', '--dnscreatescriptarguments', '{Token}', '--dnsdeletescript', '/d.sh'];
  assert.deepEqual(stored(...old, '--dnsscriptparallelism', '3', '--validationmode', 'dns-01'), {
    plugin: 'script',
    challengeType: 'dns-01',
    prepareScript: '/c.sh',
    cleanupScript: '/d.sh',
    prepareArguments: '{Token}',
    parallelism: 3,
  });
  assert.deepEqual(stored('--dnsscript', '/x.sh'), { plugin: 'script', script: '/x.sh', parallelism: 0 });
});

const refused: [string, string[], RegExp][] = [
  ['no script', [], /--validationscript or --validationpreparescript/],
  ['a relative path', ['--dnsscript', 'x.sh'], /--validationscript "x\.sh" is not an absolute path/],
  ['two kinds', ['--validationscript', '/x.sh', '--dnsdeletescript', '/d.sh'], /cannot be combined/],
  ['arguments without their script', ['--dnscreatescript', '/c.sh', '--dnsdeletescriptarguments', 'x'], /needs/],
  [
    'an open quote',
    ['--validationscript', '/x.sh', '--dnscreatescriptarguments', 'a "b'],
    /not closed.*preparescriptarguments/,
  ],
  ['an unknown mode', ['--validationscript', '/x.sh', '--dnsscriptparallelism', '4'], /parallelism/],
];

for (const [what, args, message] of refused) {
  test(`refused: ${what}`, async () => {
    const failure = await failureOf(() => stored(...args), 'UsageError');
    assert.match(failure.message, message);
  });
}
