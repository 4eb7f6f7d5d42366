import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PluginServices } from '../../src/core/plugin.ts';
import { scriptCommand } from '../../src/plugins/script-command.ts';
import { realServices } from '../contract/plugin-samples.ts';
import { failureOf } from '../support/wacs-error.ts';

const windows = realServices({ platform: 'win32', systemRoot: 'C:\\Windows' });
const posix = realServices();

/** Arguments as an administrator writes them: with a leading dash, they name parameters. */
function commandFor(script: string, args: readonly string[], services: PluginServices) {
  const written = args.map((text) => ({ text, isName: text.startsWith('-') }));
  return scriptCommand({ script, args: written, refusal: 'InstallationError' }, services);
}

test('a program is started directly, in its own folder, its arguments as they are', () => {
  const args = ['a b', '"', '%PATH%', '$(x)', ''];
  assert.deepEqual(commandFor('/opt/deploy.sh', args, posix), { file: '/opt/deploy.sh', args, cwd: '/opt' });
  const program = commandFor('C:\\Tools\\deploy.exe', args, windows);
  assert.deepEqual(program, { file: 'C:\\Tools\\deploy.exe', args, cwd: 'C:\\Tools' });
});

test('a PowerShell script gets its arguments as they are, without profile and without questions', () => {
  const args = ['-Thumbprint', 'AA', "it's $x; rm", 'a "b"'];
  const command = commandFor('C:\\My Scripts\\Deploy.PS1', args, windows);
  assert.equal(command.file, 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
  assert.deepEqual(command.args, [
    ...['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'],
    ...['-File', 'C:\\My Scripts\\Deploy.PS1', ...args],
  ]);
  assert.equal(command.verbatimArguments, undefined);
});

test('a value that starts with a dash is not taken by PowerShell for the name of a parameter', () => {
  const script = "C:\\It's\\dns.ps1";
  const args = [
    { text: 'create', isName: false },
    { text: '-Token', isName: true },
    { text: "-x'y\u2019z", isName: false },
    { text: '-Name:a b', isName: true },
    { text: '-1', isName: true },
  ];
  const command = scriptCommand({ script, args, refusal: 'ValidationSetupError' }, windows);
  assert.deepEqual(command.args.slice(0, -2), [
    '-NoLogo',
    '-NoProfile',
    '-NonInteractive',
    '-ExecutionPolicy',
    'Bypass',
  ]);
  assert.equal(command.args.at(-2), '-Command');
  assert.equal(
    command.args.at(-1),
    "& 'C:\\It''s\\dns.ps1' 'create' -Token '-x''y\u2019\u2019z' -Name:'a b' '-1'; " +
      'if ($?) { exit 0 }; if ($LASTEXITCODE) { exit $LASTEXITCODE }; exit 1',
  );
});

for (const extension of ['cmd', 'bat', 'BAT']) {
  test(`a .${extension} file is started by cmd.exe with every argument between quotes`, () => {
    const script = `C:\\My Scripts\\deploy.${extension}`;
    const command = commandFor(script, ['a b', '&calc', '!x!', '^', '|', '>', ''], windows);
    assert.equal(command.file, 'C:\\Windows\\System32\\cmd.exe');
    assert.deepEqual(command.args, [
      ...['/d', '/v:off', '/s', '/c'],
      `""${script}" "a b" "&calc" "!x!" "^" "|" ">" """`,
    ]);
    assert.equal(command.verbatimArguments, true);
  });
}

for (const unsafe of ['say "x"', '%PATH%', 'a\nb', 'a\rb', 'a\0b', 'x"&calc&"']) {
  test(`a batch file is not started with ${JSON.stringify(unsafe)}`, async () => {
    const asArgument = () => commandFor('C:\\deploy.cmd', ['fine', unsafe], windows);
    const failure = await failureOf(asArgument, 'InstallationError');
    assert.ok(!failure.message.includes(unsafe), 'the argument may be a password');
    assert.match(failure.hint ?? '', /\.ps1/);
    await failureOf(() => commandFor(`C:\\${unsafe}\\deploy.cmd`, [], windows), 'InstallationError');
  });
}

for (const script of ['/opt/deploy.ps1', '/opt/deploy.cmd', '/opt/deploy.bat']) {
  test(`${script} needs Windows`, () =>
    failureOf(() => commandFor(script, [], posix), 'UnsupportedPlatform').then(() => {}));
}

test('a dot in a folder is no ending', () => {
  assert.equal(commandFor('C:\\v1.cmd\\deploy', [], windows).file, 'C:\\v1.cmd\\deploy');
});
