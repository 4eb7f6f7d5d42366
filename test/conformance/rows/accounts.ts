import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertExit, type Workbench } from '../../pebble/workbench.ts';
import type { Row } from '../row.ts';

/** Row 1. */
export const accounts: Row = {
  number: 1,
  title: 'account: registered, found again, contact changed, key changed, deactivated',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const register = (...args: string[]) => bench.run(['--register', ...args]);
    assertExit(await register('--accepttos', '--emailaddress', 'a@a.test'), 0);
    const first = accountIn(bench);
    const { url: _, ...lost } = first;
    writeFileSync(join(bench.authority, 'account.json'), JSON.stringify(lost), { mode: 0o600 });
    assertExit(await register(), 0);
    assert.equal(accountIn(bench).url, first.url);
    const changed = await register('--emailaddress', 'b@a.test');
    assert.deepEqual(changed.report?.account?.contact, ['mailto:b@a.test']);
    assertExit(await bench.run(['--rollover']), 0);
    assert.notEqual(accountIn(bench).key, first.key);
    assertExit(await bench.create('a.test'), 0);
    assertExit(await bench.run(['--deactivateaccount', '--force']), 0);
    assertExit(await bench.run(['--renew', '--force']), 42);
    assertExit(await register('--accepttos'), 0);
    assert.notEqual(accountIn(bench).url, first.url);
  },
};

/** Row 8. */
export const externalBinding: Row = {
  number: 8,
  title: 'external account binding: missing, wrong, right by HS256, HS384 and HS512',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const key = Buffer.alloc(64, 'a key of sixty-four bytes').toString('base64url');
    const pebble = await start({ externalAccountMacKeys: { 'kid-1': key } });
    const register = async (...args: string[]) => (await machine(pebble)).run(['--register', '--accepttos', ...args]);
    assertExit(await register(), 42);
    assertExit(await register('--eab-key-identifier', 'kid-2', '--eab-key', key), 42);
    for (const algorithm of ['HS256', 'HS384', 'HS512']) {
      const binding = ['--eab-key-identifier', 'kid-1', '--eab-key', key, '--eab-algorithm', algorithm];
      assertExit(await register(...binding), 0);
    }
  },
};

/** Row 9. */
export const revocation: Row = {
  number: 9,
  title: 'revocation by the account, by the key of the certificate, with a reason, and twice',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const status = (host: string) =>
      pebble.certificateStatus(new X509Certificate(bench.readPem(host, 'crt')).serialNumber);
    for (const reason of ['superseded', 'keyCompromise']) {
      const host = `${reason.toLowerCase()}.test`;
      assertExit(await bench.create(host, ['--id', reason]), 0);
      assertExit(await bench.run(['--revoke', '--id', reason, '--reason', reason]), 0);
      assert.equal(await status(host), 'Revoked');
      assertExit(await bench.run(['--revoke', '--id', reason]), 0);
    }
    const renewed = await bench.run(['--renew']);
    assertExit(renewed, 0);
    assert.deepEqual(
      renewed.report?.renewals.map(({ result }) => result),
      ['renewed', 'renewed'],
    );
  },
};

function accountIn({ authority }: Workbench): { readonly url: string; readonly key: string } {
  return JSON.parse(readFileSync(join(authority, 'account.json'), 'utf8'));
}
