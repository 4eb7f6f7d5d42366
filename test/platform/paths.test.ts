import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStateFolder, system32Path } from '../../src/platform/paths.ts';

const home = (): string => '/home/anna';

test('Windows keeps state in ProgramData, wherever that is', () => {
  const folder = (env: Record<string, string>): string => defaultStateFolder({ platform: 'win32', env, home });
  assert.equal(folder({ ProgramData: 'D:\\Data' }), 'D:\\Data\\wacs');
  assert.equal(folder({}), 'C:\\ProgramData\\wacs');
  assert.equal(folder({ SystemDrive: 'E:' }), 'E:\\ProgramData\\wacs');
  assert.equal(folder({ ProgramData: 'relative' }), 'C:\\ProgramData\\wacs');
});

test('elsewhere state lives in XDG_STATE_HOME, if that is absolute', () => {
  const folder = (env: Record<string, string>): string => defaultStateFolder({ platform: 'linux', env, home });
  assert.equal(folder({ XDG_STATE_HOME: '/var/state' }), '/var/state/wacs');
  assert.equal(folder({ XDG_STATE_HOME: 'state' }), '/home/anna/.local/state/wacs');
  assert.equal(folder({}), '/home/anna/.local/state/wacs');
});

test('system programs are named by their full path', () => {
  assert.equal(system32Path('schtasks.exe', { SystemRoot: 'D:\\Win' }), 'D:\\Win\\System32\\schtasks.exe');
  assert.equal(system32Path('schtasks.exe', {}), 'C:\\Windows\\System32\\schtasks.exe');
});
