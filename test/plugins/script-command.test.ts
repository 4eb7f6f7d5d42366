import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptCommand } from '../../src/plugins/installation/script-command.ts';
import { realServices } from '../contract/plugin-samples.ts';
import { failureOf } from '../support/wacs-error.ts';

const windows = realServices({ platform: 'win32', systemRoot: 'C:\\Windows' });
const posix = realServices();

test('a program is started directly, in its own folder, its arguments as they are', () => {
  const args = ['a b', '"', '%PATH%', '$(x)', ''];
  assert.deepEqual(scriptCommand('/opt/deploy.sh', args, posix), { file: '/opt/deploy.sh', args, cwd: '/opt' });
  const program = scriptCommand('C:\\Tools\\deploy.exe', args, windows);
  assert.deepEqual(program, { file: 'C:\\Tools\\deploy.exe', args, cwd: 'C:\\Tools' });
});

test('a PowerShell script gets its arguments as they are, without profile and without questions', () => {
  const args = ['-Thumbprint', 'AA', "it's $x; rm", 'a "b"'];
  const command = scriptCommand('C:\\My Scripts\\Deploy.PS1', args, windows);
  assert.equal(command.file, 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
  assert.deepEqual(command.args, [
    ...['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'],
    ...['-File', 'C:\\My Scripts\\Deploy.PS1', ...args],
  ]);
  assert.equal(command.verbatimArguments, undefined);
});

for (const extension of ['cmd', 'bat', 'BAT']) {
  test(`a .${extension} file is started by cmd.exe with every argument between quotes`, () => {
    const script = `C:\\My Scripts\\deploy.${extension}`;
    const command = scriptCommand(script, ['a b', '&calc', '!x!', '^', '|', '>', ''], windows);
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
    const asArgument = () => scriptCommand('C:\\deploy.cmd', ['fine', unsafe], windows);
    const failure = await failureOf(asArgument, 'InstallationError');
    assert.ok(!failure.message.includes(unsafe), 'the argument may be a password');
    assert.match(failure.hint ?? '', /\.ps1/);
    await failureOf(() => scriptCommand(`C:\\${unsafe}\\deploy.cmd`, [], windows), 'InstallationError');
  });
}

for (const script of ['/opt/deploy.ps1', '/opt/deploy.cmd', '/opt/deploy.bat']) {
  test(`${script} needs Windows`, () =>
    failureOf(() => scriptCommand(script, [], posix), 'UnsupportedPlatform').then(() => {}));
}

test('a dot in a folder is no ending', () => {
  assert.equal(scriptCommand('C:\\v1.cmd\\deploy', [], windows).file, 'C:\\v1.cmd\\deploy');
});
