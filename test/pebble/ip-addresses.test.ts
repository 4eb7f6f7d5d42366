import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { toFileName } from '../../src/plugins/store/file-name.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { addresses } from './certificate-checks.ts';
import { assertExit, createWorkbench, quick } from './workbench.ts';

const shortDays = 6;
const profiles = {
  classic: { description: 'names', validityPeriod: 90 * 86_400 },
  shortlived: { description: 'names and addresses', validityPeriod: shortDays * 86_400 },
};

test('certificates for IP addresses by http-01', async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, profiles });
  if (pebble === undefined) return;

  for (const address of ['127.0.0.1', '::1']) {
    await t.test(`${address}, under the profile that was asked for, and renewed`, async (t) => {
      const bench = await createWorkbench(t, pebble);
      assertExit(await bench.create(address, ['--profile', 'shortlived', '--id', 'address']), 0);
      assert.deepEqual(addresses(bench, address), [address]);
      const before = bench.readPem(toFileName(address), 'crt');
      const { validFromDate, validToDate } = new X509Certificate(before);
      assert.equal(Math.round((Number(validToDate) - Number(validFromDate)) / 86_400_000), shortDays);
      assertExit(await bench.run(['--renew', '--force']), 0);
      assert.notEqual(bench.readPem(toFileName(address), 'crt'), before);
    });
  }

  await t.test('other forms of an address are the same address', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('[0:0:0:0:0:0:0:1]'), 0);
    assert.deepEqual(addresses(bench, '::1'), ['::1']);
    const again = await bench.create('::1');
    assertExit(again, 0);
    assert.match(again.output, /is up to date/);
  });
});
