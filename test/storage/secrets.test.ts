import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretProtection, storedForm } from '../../src/storage/secrets.ts';
import { failureOf } from '../support/wacs-error.ts';

let calls = 0;
/** As DPAPI does, protecting twice gives two blobs; another machine's blob is refused. */
const system = {
  protect: (plain: Uint8Array) =>
    Buffer.concat([Buffer.from([++calls]), Buffer.from(plain).map((byte) => byte ^ 0x5a)]),
  unprotect(blob: Uint8Array) {
    if (blob.length === 0 || blob[0] === 0xff) throw new Error('The data is invalid');
    return Buffer.from(blob.subarray(1)).map((byte) => byte ^ 0x5a);
  },
};

const windows = createSecretProtection(system);
const posix = createSecretProtection(undefined);

for (const [name, protection, prefix] of [
  ['with protection by the system', windows, 'enc-'],
  ['without', posix, 'clear-'],
] as const) {
  test(`a secret comes back ${name}, whatever its characters`, () => {
    for (const secret of ['', 'p "ä%\n', '密码🔑', 'clear-enc-']) {
      const stored = protection.protect(secret);
      assert.ok(stored.startsWith(prefix));
      assert.equal(protection.reveal(stored), secret);
    }
  });
}

test('a protected secret does not hold the secret', () => {
  assert.ok(!windows.protect('hunter2').includes('hunter2'));
});

test('the same secret protected twice is known as the same, another is not', () => {
  const [one, again, other] = [windows.protect('a'), windows.protect('a'), windows.protect('b')];
  assert.notEqual(one, again);
  assert.deepEqual([windows.isSame(one, again), windows.isSame(one, other)], [true, false]);
  assert.equal(windows.isSame(one, posix.protect('a')), true);
});

test('what is no protected secret is never the same', () => {
  for (const value of [undefined, null, 5, 'a', 'vault://json/x']) assert.equal(windows.isSame(value, value), false);
});

test('a secret in the clear can be read everywhere', () => {
  assert.equal(windows.reveal('clear-x'), 'x');
});

test('base64 alone is read, in which win-acme stores what it does not encrypt', () => {
  for (const secret of ['p "ä%\n', '密码🔑', 'plain password', '-----BEGIN X-----\r\nAA\r\n', '']) {
    const stored = Buffer.from(secret).toString('base64');
    assert.equal(windows.reveal(stored), secret);
    assert.equal(windows.isSame(windows.protect(secret), stored), true);
  }
});

test('what is base64 by chance only is not taken for it', async () => {
  for (const stored of ['password', 'abcd', 'c2VjcmV0', 'c2VjcmV0Cg', 'AAAA', 'c2VjcmV=', 'p w==']) {
    if (stored === 'c2VjcmV0') assert.equal(posix.reveal(stored), 'secret');
    else await failureOf(() => posix.reveal(stored), 'ConfigurationError');
  }
});

test('a reference to the vault is no secret: it is stored as it is, in every form', () => {
  assert.equal(windows.protect('vault://json/x'), 'vault://json/x');
  assert.equal(windows.isInForm('vault://json/x') && posix.isInForm('vault://json/x'), true);
});

test('what the system could protect is kept in the clear when settings say so, and read in both forms', () => {
  const open = createSecretProtection(system, { encrypt: false });
  assert.equal(open.protect('a'), 'clear-a');
  assert.equal(open.reveal(windows.protect('a')), 'a');
  const forms = [windows.protect('a'), 'clear-a', 'YWJj'];
  assert.deepEqual(forms.map(open.isInForm), [false, true, false]);
  assert.deepEqual(forms.map(windows.isInForm), [true, false, false]);
});

test('a secret in settings is the text itself unless it has a form', () => {
  const forms = ['x', 'enc-QQ==', 'clear-x', 'vault://json/x', ''];
  assert.deepEqual(forms.map(storedForm), ['clear-x', 'enc-QQ==', 'clear-x', 'vault://json/x', 'clear-']);
});

test('the way out names the setting and the command', async () => {
  const failure = await failureOf(() => posix.reveal('enc-AAAA'), 'ConfigurationError');
  assert.match(
    `${failure.message} ${failure.hint}`,
    /another machine.*EncryptConfig to false.*--encrypt.*give the secret again/,
  );
});

test('a secret that cannot be read here says so without showing it', async () => {
  for (const [protection, stored] of [
    [posix, windows.protect('hunter2')],
    [windows, `enc-${Buffer.from([0xff]).toString('base64')}`],
    [windows, 'hunter2'],
    [windows, 'hunter2hunter2=='],
    [posix, 'vault://json/hunter2'],
  ] as const) {
    const failure = await failureOf(() => protection.reveal(stored), 'ConfigurationError');
    assert.ok(!failure.message.includes('hunter2'));
    assert.ok(failure.hint);
  }
});

test('a stored secret of another machine is not the same, and no failure', () => {
  const foreign = `enc-${Buffer.from([0xff]).toString('base64')}`;
  assert.equal(windows.isSame(foreign, windows.protect('a')), false);
});
