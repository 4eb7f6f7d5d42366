import assert from 'node:assert/strict';
import { win32 } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runProbe } from '../support/windows/run-probe.ts';
import { bareMachineOrSkip } from '../support/windows/windows-machine.ts';

const unreadable = 'cannot read a stored secret: it was encrypted on another machine, or is damaged';

/** What the probe must have seen, on any Windows; `{folder}` stands for its folder. */
const expected: Readonly<Record<string, unknown>> = {
  'text comes back': 'geheim \u00fc\u20ac \u{1F511}',
  'an empty text comes back': '',
  'the mark of win-acme': 'enc-',
  'twice the same gives two texts': true,
  'the stored text does not show it': false,
  'a long text comes back': 100_000,
  'many times': 'all',
  'a damaged blob': {
    code: 'ConfigurationError',
    message:
      'cannot read a stored secret: Windows refused to decrypt it; it was encrypted on another machine, or is damaged',
  },
  'a blob changed in one place': { code: 'ConfigurationError', message: unreadable },
  restrict: null,
  'restrict what is missing': {
    code: 'StorageError',
    message:
      'cannot restrict "{folder}\\missing" to administrators: SetFileSecurityW failed with 0x00000002 ERROR_FILE_NOT_FOUND',
  },
  'read what is missing': {
    code: 'StorageError',
    message:
      'cannot read the permissions of "{folder}\\missing": GetNamedSecurityInfoW failed with 0x00000002 ERROR_FILE_NOT_FOUND',
  },
  'private folder': '{folder}\\state',
  '50 writers at once': ['file.json', 'orders'],
  'code page 850': 'M\u00fcller',
  'code page 936': '\u4f60\u597d',
  'the code page of the system': 'AB',
  'no bytes': '',
  'an unknown code page': {
    code: 'StorageError',
    message:
      'cannot decode console output in code page 12345: MultiByteToWideChar failed with 0x00000057 ERROR_INVALID_PARAMETER',
  },
  'arguments arrive': true,
  'an HRESULT': 0x80070005,
  'a program that is missing': {
    code: 'StorageError',
    message: 'cannot start "{folder}\\none.exe": the file does not exist (ENOENT)',
  },
  'a batch file without cmd': {
    code: 'StorageError',
    message:
      'cannot start "{folder}\\five.bat": it is a batch file, which needs cmd.exe, or an argument is not valid (EINVAL)',
  },
  'what overruns its limit': { exitCode: null, timedOut: true, processes: 2, alive: 0 },
  'the same folder spelled otherwise': true,
  'after the release': null,
  'a mutex twice': ['object', 'undefined'],
  'a lock of another process': ['AlreadyRunning', true],
  'a lock whose holder is killed': null,
};

test('the calls into Windows, in the runtime of the executable', { timeout: 900_000 }, async (t) => {
  const machine = await bareMachineOrSkip(t);
  if (machine === undefined) return;
  const folder = win32.join(machine.root, 'probe');
  const results = await runProbe(machine, { entry: 'win32-probe.ts', folder });
  for (const [name, value] of Object.entries(expected)) {
    await t.test(name, () => assert.deepEqual(results[name], inFolder(value, folder)));
  }
  await t.test('a second lock names the process that holds the first', () => {
    const { code, message } = Object(results['a second lock']);
    assert.equal(code, 'AlreadyRunning');
    assert.match(message, /process \d+, since \S+Z: wacs --probe$/);
  });
  await t.test('a restricted folder is closed to all but administrators', (t) =>
    checkPermissions(t, results, machine.prefix === undefined),
  );
});

/** Wine derives owner and list from the permission bits of this machine, and inherits nothing. */
function checkPermissions(t: TestContext, results: Record<string, unknown>, exact: boolean): void {
  const before = String(results['permissions before']);
  for (const name of ['permissions after', 'permissions of the topmost folder made']) {
    const sddl = String(results[name]);
    assert.notEqual(sddl, before);
    assert.match(sddl, /^O:/);
    assert.doesNotMatch(sddl, /;;;(WD|BU|AU|IU|AN|BG)\)|NO_ACCESS_CONTROL/, name);
    if (exact) assert.match(sddl, /^O:BAD:P(AI)?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;BA\)$/);
  }
  const later = String(results['permissions of what is made later']);
  if (exact) assert.match(later, /D:(AI)?\(A;ID;FA;;;SY\)\(A;ID;FA;;;BA\)$/);
  else t.diagnostic('Wine inherits no permissions: what is made later is not looked at');
}

function inFolder(value: unknown, folder: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('{folder}', JSON.stringify(folder).slice(1, -1)));
}
