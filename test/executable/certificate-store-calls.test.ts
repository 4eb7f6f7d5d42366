import assert from 'node:assert/strict';
import { win32 } from 'node:path';
import { test } from 'node:test';
import { runProbe } from '../support/windows/run-probe.ts';
import { bareMachineOrSkip } from '../support/windows/windows-machine.ts';

const name = 'N\u00e4me \u20ac';

test('the calls for certificate stores, in the runtime of the executable', { timeout: 900_000 }, async (t) => {
  const machine = await bareMachineOrSkip(t);
  if (machine === undefined) return;
  if (machine.prefix === undefined) return t.skip('changes the stores of the machine, in Wine only');
  const folder = win32.join(machine.root, 'probe');
  const results = await runProbe(machine, {
    entry: 'certificate-store-probe.ts',
    ...{ folder, timeoutMs: 240_000 },
  });
  const look = (what: string, check: (value: unknown) => void) => t.test(what, () => check(results[what]));
  const is = (what: string, expected: unknown) => look(what, (value) => assert.deepEqual(value, expected));
  const matches = (what: string, code: string | undefined, expected: RegExp) =>
    look(what, (value) => {
      const failure = Object(value);
      if (code !== undefined) assert.equal(failure.code, code, JSON.stringify(value));
      assert.match(code === undefined ? String(value) : `${failure.message} | ${failure.hint}`, expected);
    });

  await is('the default store', 'My');
  await is('stores and rights are there', null);
  await is('not there', null);
  await is('added', null);
  const { thumbprint } = Object(results['found, in lower case too']);
  const seen = { thumbprint, friendlyName: name, hasPrivateKey: true };
  await is('found, in lower case too', seen);
  await is('added again under another name', null);
  await is('listed', [{ ...seen, friendlyName: 'Other' }]);
  await is('removed', true);
  await is('removed again', false);
  await is('listed after that', []);
  await is('a container that an interruption left is replaced', 'usable');
  await matches(
    'a certificate whose key is gone',
    undefined,
    /CryptAcquireContextW failed with 0x80090016 NTE_BAD_KEYSET/,
  );
  await is('gets it again', ['usable', [seen]]);
  await is('a key that another certificate uses stays', ['usable', []]);
  await is('intermediates without the root', 2);
  await matches(
    'a store that does not exist',
    'StoreError',
    /^there is no certificate store LocalMachine\\Nowhere \| .*My/,
  );
  await matches(
    'an account that does not exist',
    'StoreError',
    /^there is no account "IIS AppPool\\Gone".* \| .*--acl-read/,
  );
  await matches('a SID that is none', 'StoreError', /"S-1-five"/);
  await matches('a key that is not the one of the certificate', undefined, /cannot be verified by the certificate/);
  await is('accounts', ['S-1-5-20', 'S-1-5-32-544', 'S-1-1-0', 'S-1-5-20']);
  await is('grants, and the same once more', 'usable');
  await is('warnings', []);

  await t.test('a thousand times in and out leave no handle open, no memory and no certificate behind', (t) => {
    const { cycles, opened, handles, megabytes, left, lostByOpening } = Object(results.cycles);
    t.diagnostic(JSON.stringify(results.cycles));
    assert.ok(cycles === 1_000 && opened >= cycles, 'the keys were tried each time');
    assert.deepEqual(left, []);
    assert.ok(lostByOpening <= 1);
    assert.ok(Math.abs(handles) <= 20, `${handles} handles more`);
    assert.ok(megabytes < 12, `${megabytes} MB more`);
  });
});
