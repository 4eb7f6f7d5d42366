import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretFiles } from '../../src/storage/secret-files.ts';
import { sourceFiles } from '../support/source-files.ts';

const fileAt = secretFiles(() => ({ places: [['plan']], doubts: [] }));

/** Who stores secrets, and where. A module that is missing here writes files that --encrypt does not know. */
const writers: Readonly<Record<string, string>> = {
  'src/storage/account-store.ts': 'ca/accounts/old/second-20260101.json',
  'src/storage/acme-dns-store.ts': 'acme-dns/auth.acme-dns.io/_acme-challenge.a.test.json',
  'src/storage/certificate-cache.ts': 'ca/certificates/site@+.a.test.certificate.json',
  'src/storage/order-store.ts': 'ca/orders/site@a.test.order.json',
};
/** They write where they are told, or what they have read. */
const others = ['src/storage/json-vault.ts', 'src/storage/reprotect.ts', 'src/storage/secrets.ts'];

test('--encrypt knows the files of every module that stores secrets', () => {
  const found = sourceFiles('src')
    .filter(({ path, text }) => path.startsWith('src/storage/') && /\bsecrets\.protect\(|\.protect\(/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(found.toSorted(), [...Object.keys(writers), ...others].toSorted());
  for (const path of Object.values(writers)) assert.equal(fileAt(path)?.kind, 'places', path);
});

test('files are told apart by their whole path: names are free', () => {
  for (const path of ['ca/account.json', 'ca/accounts/x.renewal.json', 'ca/site.renewal.json'])
    assert.equal(fileAt(path)?.kind, 'places', path);
  for (const path of ['settings.json', 'ca/settings.json', 'ca/status.json', 'other.json', 'a/b/c/d/site.order.json'])
    assert.equal(fileAt(path)?.kind, 'foreign', path);
  for (const path of ['log/log-20260101.txt', 'ca/trusted-roots.pem', 'ca/certificates/site-temp.pfx'])
    assert.equal(fileAt(path), undefined, path);
});
