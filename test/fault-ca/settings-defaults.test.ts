import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import { openPfx } from '../pebble/certificate-checks.ts';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C). */
const legacyOid = Buffer.from('060a2a864886f70d010c0103', 'hex');
const plain = ['--source', 'manual', '--host', 'a.test', '--id', 'site', '--accepttos', '--notaskscheduler'];
const folderIn = ({ authority }: FaultBench, name: string): string => join(dirname(dirname(authority)), name);
const fileOf = ({ authority }: FaultBench): string => join(authority, 'site.renewal.json');
const planOf = (bench: FaultBench) => JSON.parse(readFileSync(fileOf(bench), 'utf8')).plan;

test('stores, key, order and installation come from settings where the command line names none', async (t) => {
  const bench = await startFaultBench(t);
  const [pem, pfx] = [folderIn(bench, 'one'), folderIn(bench, 'two')];
  bench.setSettings({
    Store: { DefaultStore: 'pemfiles, PfxFile', PemFiles: { DefaultPath: pem }, PfxFile: { DefaultPath: pfx } },
    Csr: { DefaultCsr: 'ec' },
    Order: { DefaultOrder: 'single' },
    Installation: { DefaultInstallation: 'none' },
    Validation: { DefaultValidation: 'filesystem', DefaultValidationMode: 'http-01' },
  });
  const run = await bench.run([...plain, '--webroot', folderIn(bench, 'web')]);
  assert.match(run.stderr, /--webroot needs --validation filesystem/, 'an option of a plugin needs the plugin by name');
  const web = folderIn(bench, 'state');
  assertSuccess(await bench.run([...plain, '--validation', 'filesystem', '--webroot', web]));
  const { csr, store, validation } = planOf(bench);
  assert.deepEqual([csr.plugin, validation.plugin], ['ec', 'filesystem']);
  assert.deepEqual(store, [{ plugin: 'pemfiles' }, { plugin: 'pfxfile' }], 'folders stay in the settings');
  assert.ok(existsSync(join(pem, 'a.test-key.pem')) && existsSync(join(pfx, 'a.test.pfx')));
});

test('a folder that settings change, for all or for one renewal, counts from the next deployment on', async (t) => {
  const bench = await startFaultBench(t);
  const create = [...plain, '--csr', 'ec', '--store', 'pemfiles'];
  const refused = assertFailure(await bench.run(create), 2, 'UsageError');
  assert.match(refused.hint ?? '', /Give --pemfilespath DIR, or set Store\.PemFiles\.DefaultPath/);
  const [first, second, own] = ['first', 'second', 'own'].map((name) => folderIn(bench, name)) as [
    string,
    string,
    string,
  ];
  bench.setSettings({ Store: { PemFiles: { DefaultPath: first } } });
  assertSuccess(await bench.run(create));
  assert.equal(readdirSync(first).length, 4);
  bench.setSettings({ Store: { PemFiles: { DefaultPath: second } } });
  assertSuccess(await bench.renew(['--force']));
  assert.equal(readdirSync(second).length, 4);
  const renewal = JSON.parse(readFileSync(fileOf(bench), 'utf8'));
  writeFileSync(fileOf(bench), JSON.stringify({ ...renewal, settings: { Store: { PemFiles: { DefaultPath: own } } } }));
  assertSuccess(await bench.renew(['--force']));
  assert.equal(readdirSync(own).length, 4);
  writeFileSync(fileOf(bench), JSON.stringify(renewal));
  bench.setSettings({});
  const error = assertFailure(await bench.renew(['--force']), 20, 'ConfigurationError');
  assert.match(
    error.message,
    /"pemfiles": field "path" is missing, and the setting Store\.PemFiles\.DefaultPath says no/,
  );
});

test('a password in settings: as text, in the vault, and of one renewal alone', async (t) => {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const bench = await startFaultBench(t);
  const pfx = folderIn(bench, 'pfx');
  const create = [...plain, '--csr', 'ec', '--store', 'pfxfile', '--pfxfilepath', pfx];
  const opens = async (password: string): Promise<void> => void (await openPfx(join(pfx, 'a.test.pfx'), password));
  const isLegacy = (): boolean => readFileSync(join(pfx, 'a.test.pfx')).includes(legacyOid);
  bench.setSettings({ Store: { PfxFile: { DefaultPassword: 'of all renewals', DefaultProtectionMode: 'Legacy' } } });
  const run = await bench.run(create);
  assertSuccess(run);
  await opens('of all renewals');
  assert.ok(isLegacy(), 'not encrypted as the setting says');
  assertSuccess(await bench.run(['--vaultstore', '--vaultkey', 'pfx', '--vaultsecret', 'of the vault']));
  bench.setSettings({ Store: { PfxFile: { DefaultPassword: 'vault://json/pfx' } } });
  assertSuccess(await bench.renew(['--force']));
  await opens('of the vault');
  assert.ok(!isLegacy());
  const renewal = JSON.parse(readFileSync(fileOf(bench), 'utf8'));
  assert.ok(!('pfxPassword' in renewal.plan.store[0]));
  renewal.settings = { Store: { PfxFile: { DefaultPassword: 'clear-its own', DefaultProtectionMode: 'legacy' } } };
  writeFileSync(fileOf(bench), JSON.stringify(renewal));
  assertSuccess(await bench.renew(['--force']));
  await opens('its own');
  assert.ok(isLegacy());
  const wrong = await bench.run([...create, '--pfxpassword', 'given']);
  assertSuccess(wrong);
  await opens('given');
});

test('a plugin that there is not: 20 with the name of the setting', async (t) => {
  const bench = await startFaultBench(t);
  bench.setSettings({ Store: { DefaultStore: 'floppy' } });
  const error = assertFailure(await bench.run([...plain, '--csr', 'ec']), 20, 'ConfigurationError');
  assert.match(error.message, /the setting Store\.DefaultStore is "floppy", which is no store/);
  assert.match(error.hint ?? '', /Known are: .*pfxfile/);
});
