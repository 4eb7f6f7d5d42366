import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combineFailures, during, restate, toWacsError, WacsError } from '../../src/core/errors.ts';
import { failureOf } from '../support/wacs-error.ts';

const problem = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many', status: 429 };
const retryAt = new Date('2026-03-02T00:00:00Z');
const limited = new WacsError('AcmeRateLimited', 'too many', { problem, retryAt, hint: 'Wait.' });

test('toWacsError keeps a WacsError and wraps everything else with its cause', () => {
  assert.equal(toWacsError(limited, 'StoreError'), limited);
  const foreign = new TypeError('x is not a function');
  const wrapped = toWacsError(foreign, 'StoreError', 'saving');
  assert.deepEqual(
    [wrapped.code, wrapped.message, wrapped.cause],
    ['StoreError', 'saving: x is not a function', foreign],
  );
  assert.equal(toWacsError('a text').code, 'UnexpectedError');
  assert.equal(toWacsError('a text').message, 'a text');
});

test('restate keeps hint, details and the first cause', () => {
  const restated = restate(limited, 'ordering: too many');
  assert.deepEqual(
    [restated.code, restated.hint, restated.details, restated.cause],
    ['AcmeRateLimited', 'Wait.', limited.details, limited],
  );
  assert.equal(restate(restated, 'again').cause, limited);
  assert.equal(restate(limited, 'stored', 'StoreError').code, 'StoreError');
});

test('during puts the action in front of the message', async () => {
  assert.equal(await during('adding', Promise.resolve(3)), 3);
  const failure = await failureOf(during('ordering', Promise.reject(limited)), 'AcmeRateLimited');
  assert.equal(failure.message, 'ordering: too many');
  assert.equal(failure.details.problem, problem);
});

test('during leaves interruptions and foreign errors as they are', async () => {
  const interrupted = new WacsError('Interrupted', 'interrupted by SIGINT');
  await assert.rejects(during('ordering', Promise.reject(interrupted)), (error) => error === interrupted);
  const foreign = new TypeError('fault');
  await assert.rejects(during('ordering', Promise.reject(foreign)), (error) => error === foreign);
});

test('combineFailures leaves a single failure as it is', () => {
  assert.equal(combineFailures([limited], '1 of 2 failed'), limited);
});

test('combineFailures keeps a shared cause and tells different causes apart', () => {
  const store = new WacsError('StoreError', 'disk full');
  const same = combineFailures([limited, limited], '2 of 2 failed');
  assert.deepEqual([same.code, same.message, same.hint], ['AcmeRateLimited', '2 of 2 failed', 'Wait.']);
  const different = combineFailures([limited, store], '2 of 2 failed');
  assert.equal(different.code, 'MultipleFailures');
  assert.deepEqual(different.details.failures, [limited, store]);
});

test('combineFailures without failures is a fault', () => {
  assert.throws(() => combineFailures([], 'none'), RangeError);
});
