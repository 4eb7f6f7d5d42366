import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ErrorCode } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/exit-codes.ts';
import { hresultTable } from '../../src/scheduler/hresult-table.ts';
import {
  describeHresult,
  formatHresult,
  hresultError,
  isSuccess,
  isSuccessWithWarning,
} from '../../src/scheduler/hresults.ts';

// Written down a second time on purpose: the table of exit codes promises these.
const promised: Readonly<Partial<Record<ErrorCode, readonly number[]>>> = {
  TaskAccessDenied: [0x80070005],
  TaskSchedulerUnavailable: [
    0x8004130c, 0x80041315, 0x80041322, 0x80041323, 0x80070422, 0x80070426, 0x800706b5, 0x800706ba,
  ],
  TaskDefinitionRejected: [
    0x80004005, 0x80041313, 0x80041316, 0x80041317, 0x80041318, 0x80041319, 0x8004131a, 0x8004131b, 0x8004131c,
    0x8004131d, 0x80041327, 0x80070057, 0x8007007b,
  ],
  TaskAccountError: [0x8004130f, 0x80041310, 0x80041314, 0x8007052e, 0x80070534, 0x80070569],
  TaskSchedulerError: [
    1, 5, 255, 6200, 9009, 0x80071838, 0x80000003, 0x80041309, 0x8004130a, 0x8004130b, 0x8004130d, 0x8004130e,
    0x80041311, 0x80041312, 0x8004131e, 0x8004131f, 0x80041320, 0x80041321, 0x80041324, 0x80041326, 0x80041328,
    0x80041329, 0x80041330, 0x80070002, 0x80070003, 0x8007000d, 0x8007000e, 0x80070032, 0x80070035, 0x800700b7,
    0x8007010b, 0x800704c7, 0x80070520, 0x800710e0, 0x8000ffff, 0xc0000005, 0xc000013a, 0xc0000409, 0x40010004,
    0x80041399, 0x88990011,
  ],
};
const successes = [
  0, 0x00041300, 0x00041301, 0x00041302, 0x00041303, 0x00041304, 0x00041305, 0x00041306, 0x00041307, 0x00041308,
  0x0004131b, 0x0004131c, 0x00041325,
];

suite('HRESULTs', () => {
  for (const [error, codes] of Object.entries(promised)) {
    test(`of ${error} fail with its code`, () => {
      for (const code of codes) {
        assert.equal(isSuccess(code), false, formatHresult(code));
        assert.equal(hresultError(code, 'register x', '').code, error, formatHresult(code));
      }
    });
  }

  test('every row of the table is promised above, and none twice', () => {
    const all = new Set([...successes, ...Object.values(promised).flat()]);
    for (const { value } of hresultTable) assert.ok(all.has(value), formatHresult(value));
    assert.equal(new Set(hresultTable.map(({ value }) => value)).size, hresultTable.length);
  });

  test('every failure of the table has a hint and a one-line meaning without a final stop', () => {
    for (const { name, meaning, hint, error } of hresultTable) {
      assert.match(meaning, /^[^\n]*[^.\n]$/, name);
      assert.equal(hint !== '', error !== undefined, name);
    }
  });

  test('of success are successes, two of them with a warning', () => {
    for (const code of successes) {
      assert.ok(isSuccess(code), formatHresult(code));
      assert.notEqual(describeHresult(code), undefined, formatHresult(code));
    }
    assert.deepEqual(successes.filter(isSuccessWithWarning), [0x0004131b, 0x0004131c]);
  });

  test('are understood as signed numbers too', () => {
    assert.equal(describeHresult(-2147024891)?.name, 'E_ACCESSDENIED');
    assert.equal(isSuccess(-2147024891), false);
    assert.equal(formatHresult(-2147024891), '0x80070005');
  });

  test('name themselves in the message, with the number in the details', () => {
    const error = hresultError(0x80070005, 'register the scheduled task "x"', 'Zugriff verweigert');
    assert.equal(error.message, 'cannot register the scheduled task "x": access is denied (0x80070005 E_ACCESSDENIED)');
    assert.equal(error.details.hresult, 0x80070005);
    assert.match(error.hint ?? '', /elevated prompt/);
    assert.equal(exitCodeOf(error.code), 31);
  });

  test('that are unknown are shown in hex together with the text', () => {
    const error = hresultError(0x88990011, 'register x', 'Etwas ging schief');
    assert.match(error.message, /unknown code 0x88990011; schtasks said: Etwas ging schief$/);
    assert.notEqual(error.hint, undefined);
  });

  test('give the text where the code does not say which value is wrong', () => {
    assert.match(hresultError(0x80041318, 'register x', '(7,12):RandomDelay:4h').message, /\(7,12\):RandomDelay:4h$/);
    assert.match(
      hresultError(1, 'register x', 'ERROR: oops').message,
      /exit code 1, which names no cause.*ERROR: oops$/,
    );
  });

  test('crash codes name the crash', () => {
    assert.match(hresultError(0xc0000005, 'register x', '').message, /crashed.*0xC0000005 STATUS_ACCESS_VIOLATION/);
  });
});
