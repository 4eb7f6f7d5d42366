import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { authorityFolder, statePaths } from '../../src/storage/state-paths.ts';

const folders: [string, string][] = [
  ['https://acme-v02.api.letsencrypt.org/', 'acme-v02.api.letsencrypt.org'],
  ['https://acme-v02.api.letsencrypt.org/directory', 'acme-v02.api.letsencrypt.org-directory'],
  ['https://CA.test:14000/Dir/', 'ca.test-14000-dir'],
  ['https://[::1]:14000/dir', '-1-14000-dir'],
  ['https://ca.test/a/../../b?x=1#y', 'ca.test-b'],
];

for (const [baseUri, folder] of folders) {
  test(`the state of ${baseUri} is in ${folder}`, () => assert.equal(authorityFolder(baseUri), folder));
}

test('folder names are usable on Windows and never lead out of the state folder', () => {
  for (const baseUri of ['https://a.test/..%2f..', 'https://a.test/%5c..%5c', 'https://a.test/:<>|"*']) {
    const folder = authorityFolder(baseUri);
    assert.match(folder, /^[a-z0-9._-]+$/);
    assert.ok(!folder.startsWith('.'));
  }
});

test('everything of a CA is below its folder, settings and log are shared', () => {
  const paths = statePaths('/state', 'https://ca.test/dir');
  for (const path of [paths.account, paths.orders, paths.certificates, paths.status])
    assert.ok(path.startsWith(join('/state', 'ca.test-dir')));
  assert.deepEqual([paths.settings, paths.log], [join('/state', 'settings.json'), join('/state', 'log')]);
});
