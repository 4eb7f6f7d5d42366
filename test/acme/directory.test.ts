import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryCandidates, parseDirectory, resourceUrl } from '../../src/acme/directory.ts';
import { failureOf } from '../support/wacs-error.ts';

const candidates: [string, string[]][] = [
  ['https://ca.test', ['https://ca.test/directory', 'https://ca.test']],
  ['https://ca.test/', ['https://ca.test/directory', 'https://ca.test/']],
  ['https://ca.test/dir', ['https://ca.test/dir', 'https://ca.test/dir/directory']],
  ['https://ca.test/acme/x/', ['https://ca.test/acme/x/', 'https://ca.test/acme/x/directory']],
];

for (const [baseUri, expected] of candidates) {
  test(`the directory of ${baseUri} is looked for at the likeliest address first`, () => {
    assert.deepEqual(directoryCandidates(baseUri), expected);
  });
}

const least = { newNonce: 'https://ca.test/n', newAccount: 'https://ca.test/a', newOrder: 'https://ca.test/o' };

test('a directory needs nonces, accounts and orders; unknown fields do not matter', () => {
  assert.ok(parseDirectory({ ...least, KeyId: 'https://community.test', meta: { website: 'x' } }));
  for (const body of [undefined, 'text', [], {}, { ...least, newOrder: 5 }])
    assert.equal(parseDirectory(body), undefined);
});

test('a service the CA does not offer is named', async () => {
  const directory = parseDirectory(least);
  assert.ok(directory);
  assert.equal(resourceUrl(directory, 'newOrder'), 'https://ca.test/o');
  const failure = await failureOf(() => resourceUrl(directory, 'revokeCert'), 'AcmeError');
  assert.match(failure.message, /"revokeCert"/);
});
