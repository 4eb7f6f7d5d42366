import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { harmfulAccess, type ObjectRole } from '../../../src/platform/win32/file-access.ts';
import { parseFileSddl } from '../../../src/platform/win32/sddl.ts';
import { user, windows } from './sddl-samples.ts';

function problems(sddl: string, role: ObjectRole, administrators: readonly string[] = []): readonly string[] {
  return harmfulAccess(parseFileSddl(sddl), role, new Set(administrators));
}

suite('harmful access', () => {
  const harmless: readonly (readonly [sddl: string, role: ObjectRole])[] = [
    [windows.programFiles, 'folder'],
    [windows.programFiles, 'parent'],
    [windows.fileInProgramFiles, 'program'],
    [windows.folderInProgramFiles, 'folder'],
    [windows.driveC, 'parent'],
    [windows.programData, 'parent'],
    [windows.dataDrive, 'parent'],
    [windows.installed, 'folder'],
    [windows.domainController, 'folder'],
  ];
  for (const [sddl, role] of harmless) {
    test(`finds none: ${role} ${sddl.slice(0, 60)}`, () => assert.deepEqual(problems(sddl, role), []));
  }

  const harmful: readonly (readonly [sddl: string, role: ObjectRole, found: readonly (string | RegExp)[]])[] = [
    [windows.driveC, 'folder', ['Authenticated Users may append']],
    [windows.fileOnDriveC, 'program', [/^Authenticated Users may write, append, delete or rename$/]],
    [windows.folderOnDriveC, 'folder', [/^Authenticated Users may write, append, delete or rename$/]],
    [windows.folderOnDriveC, 'parent', ['Authenticated Users may delete or rename']],
    [windows.folderInProgramData, 'folder', ['Users may write, append']],
    [
      windows.profile,
      'parent',
      [`${user} may delete what is in it, delete or rename, change its permissions, take ownership`],
    ],
    [windows.download, 'program', [`it belongs to ${user}`, new RegExp(`^${user} may write`)]],
    [windows.open, 'program', ['Everyone may write, append, delete or rename, change its permissions, take ownership']],
    ['O:SYD:NO_ACCESS_CONTROL', 'program', ['it has no permissions set: everybody may change it']],
    ['O:SY', 'program', ['it has no permissions set: everybody may change it']],
    ['O:SYD:(A;;WD;;;BU)', 'parent', ['Users may change its permissions']],
    ['O:SYD:(A;;WO;;;IU)', 'program', ['Interactive may take ownership']],
    ['O:SYD:(A;;DT;;;WD)', 'parent', ['Everyone may delete what is in it']],
    ['O:SYD:(A;;GW;;;S-1-5-20)', 'program', ['S-1-5-20 may write, append']],
    ['O:SYD:(A;;0x10000000;;;BU)', 'parent', [/^Users may delete what is in it, delete or rename/]],
    ['O:SYD:(XA;;FA;;;WD;(@User.Title=="PM" && (Member_of {SID(BA)})))', 'folder', [/^Everyone may write/]],
    ['O:SYD:(A;;DC;;;BU)(A;;LC;;;BU)', 'folder', ['Users may write, append']],
  ];
  for (const [sddl, role, found] of harmful) {
    test(`finds some: ${role} ${sddl.slice(0, 60)}`, () => {
      const actual = problems(sddl, role);
      assert.equal(actual.length, found.length, actual.join('; '));
      for (const [index, text] of actual.entries()) {
        const expected = found[index] ?? '';
        if (typeof expected === 'string') assert.equal(text, expected);
        else assert.match(text, expected);
      }
    });
  }

  test('takes the accounts it is told for administrators', () => {
    assert.deepEqual(problems(windows.download, 'program', [user]), []);
  });

  test('does not rely on what a denying entry takes away', () => {
    assert.equal(problems('O:SYD:(D;;FA;;;BU)(A;;FA;;;BU)', 'program').length, 1);
  });

  for (const rid of [500, 512, 519]) {
    test(`trusts the well-known administrators of a domain: ${rid}`, () => {
      assert.deepEqual(problems(`O:S-1-5-21-1-2-3-${rid}D:(A;;FA;;;S-1-5-21-1-2-3-${rid})`, 'program'), []);
      assert.equal(problems(`O:S-1-5-21-1-2-3-${rid}1D:`, 'program').length, 1);
    });
  }
});

suite('security descriptors', () => {
  for (const broken of [
    '',
    'D:(A;;FA;;;WD)',
    'O:',
    'O:SYD:(A;;??;;;WD)',
    'O:SYD:(A;;FA;;;)',
    'O:SYD:garbage',
    'O:SYD:(A;;FAX;;;BU)',
  ]) {
    test(`are refused when they are none: ${JSON.stringify(broken)}`, () => {
      assert.throws(() => parseFileSddl(broken), RangeError);
    });
  }

  test('are read with and without group, flags and entries', () => {
    assert.deepEqual(parseFileSddl('O:DAD:'), { owner: 'DA', allowed: [] });
    assert.deepEqual(parseFileSddl('O:S-1-5-18G:DUD:PAI'), { owner: 'S-1-5-18', allowed: [] });
    assert.deepEqual(parseFileSddl('O:BAG:SYD:PAI(A;OICIIO;GR;;;BU)(D;;FA;;;WD)'), {
      owner: 'BA',
      allowed: [{ sid: 'BU', mask: 0x120089, inheritOnly: true }],
    });
  });
});
