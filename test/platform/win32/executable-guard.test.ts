import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createExecutableGuard, type GuardFacts } from '../../../src/platform/win32/executable-guard.ts';
import { looseFolders } from '../../../src/platform/win32/loose-folders.ts';
import { user, windows } from './sddl-samples.ts';

const environment = {
  TEMP: 'E:\\scratch',
  TMP: 'E:\\scratch',
  PUBLIC: 'C:\\Users\\Public',
  SystemRoot: 'C:\\Windows',
};

const permissions: Readonly<Record<string, string>> = {
  'C:\\': windows.driveC,
  'C:\\Program Files': windows.programFiles,
  'C:\\Program Files\\wacs': windows.folderInProgramFiles,
  'C:\\Program Files\\wacs\\wacs.exe': windows.fileInProgramFiles,
  'C:\\tools': windows.folderOnDriveC,
  'C:\\tools\\wacs': windows.installed,
  'C:\\tools\\wacs\\wacs.exe': windows.installed,
};

function guard(facts: Partial<GuardFacts> = {}) {
  return createExecutableGuard({
    driveType: (root) => ({ 'R:\\': 2, 'N:\\': 4, 'X:\\': 5, 'M:\\': 6 })[root] ?? 3,
    realPath: async (path) => path,
    readSddl: (path) => permissions[path] ?? windows.installed,
    ownAdministratorSid: () => undefined,
    looseFolders: looseFolders(environment),
    ...facts,
  });
}

suite('the guard of the executable', () => {
  for (const path of ['C:\\Program Files\\wacs\\wacs.exe', '\\\\?\\C:\\Program Files\\wacs\\wacs.exe']) {
    test(`accepts ${path}`, async () => assert.deepEqual(await guard().inspect(path), []));
  }

  const places: Readonly<Record<string, RegExp>> = {
    '\\\\corp.example\\netlogon\\wacs.exe': /is on a network share/,
    '\\\\?\\UNC\\corp.example\\netlogon\\wacs.exe': /is on a network share/,
    'N:\\wacs.exe': /^N:\\ is a network drive/,
    'R:\\wacs.exe': /^R:\\ is a removable drive$/,
    'X:\\wacs.exe': /^X:\\ is a CD/,
    'M:\\wacs.exe': /^M:\\ is a RAM disk/,
    'e:\\SCRATCH\\x\\wacs.exe': /temporary files \(E:\\scratch\)$/,
    'C:\\Windows\\Temp\\wacs.exe': /temporary files/,
    'C:\\Users\\jane\\Downloads\\wacs.exe': /the profile of a user/,
    'C:\\Users\\jane\\AppData\\Local\\Temp\\wacs.exe': /the profile of a user/,
  };
  for (const [path, problem] of Object.entries(places)) {
    test(`refuses ${path}`, async () => {
      const [first, ...more] = await guard().inspect(path);
      assert.match(first ?? '', problem);
      assert.deepEqual(more, []);
    });
  }

  test('looks at every folder above, and names the one that is open', async () => {
    assert.deepEqual(await guard().inspect('C:\\tools\\wacs\\wacs.exe'), [
      'C:\\tools: Authenticated Users may delete or rename',
    ]);
  });

  test('looks behind links at what they lead to', async () => {
    const realPath = async (path: string): Promise<string> =>
      path.replace('C:\\Program Files\\wacs', 'C:\\tools\\wacs');
    const found = await guard({ realPath }).inspect('C:\\Program Files\\wacs\\wacs.exe');
    assert.deepEqual(found, ['C:\\tools: Authenticated Users may delete or rename']);
    const remote = async (path: string): Promise<string> => path.replace('C:\\Program Files', '\\\\nas\\share');
    const [share] = await guard({ realPath: remote }).inspect('C:\\Program Files\\wacs\\wacs.exe');
    assert.match(share ?? '', /^it leads to \\\\nas\\share\\wacs\\wacs\.exe: .* network share/);
  });

  test('refuses a drive that is a substitute for a folder', async () => {
    const realPath = async (path: string): Promise<string> => path.replace('S:\\', 'C:\\Program Files\\');
    const [problem] = await guard({ realPath }).inspect('S:\\wacs\\wacs.exe');
    assert.match(problem ?? '', /^drive S:\\ is a substitute for C:\\Program Files/);
  });

  test('counts the elevated account itself among the administrators, and only it', async () => {
    const readSddl = (): string => `O:${user}D:(A;;FA;;;${user})`;
    assert.equal((await guard({ readSddl }).inspect('D:\\wacs\\wacs.exe')).length, 6);
    assert.deepEqual(await guard({ readSddl, ownAdministratorSid: () => user }).inspect('D:\\wacs\\wacs.exe'), []);
    const other = guard({ readSddl, ownAdministratorSid: () => 'S-1-5-18' });
    assert.equal((await other.inspect('D:\\wacs\\wacs.exe')).length, 6);
  });

  test('does not trust what it cannot understand', async () => {
    const found = await guard({ readSddl: () => 'nonsense' }).inspect('D:\\wacs.exe');
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^D:\\wacs\.exe: its permissions cannot be understood/);
  });
});
