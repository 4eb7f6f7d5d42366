import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignParts } from '../../src/core/align-parts.ts';
import { repetitionFor } from '../../src/core/cadence.ts';
import { WacsError } from '../../src/core/errors.ts';
import { certificatesOf, fileIdOf, viewOf, withView } from '../../src/core/part.ts';
import { withDeployed, withFailure } from '../../src/core/record.ts';
import { partHistoryLimit, type Renewal } from '../../src/core/renewal.ts';
import { createKeeper } from '../../src/core/renewal-keeper.ts';
import { failureOf } from '../support/wacs-error.ts';
import { certificateState, renewal } from './samples.ts';

const now = new Date('2026-03-01T00:00:00Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const failure = (message: string) => new WacsError('ValidationFailed', message);

/** Two certificates, the second one never issued. */
const pair: Renewal = {
  ...renewal(),
  parts: [
    { name: 'a.test', state: { certificate: certificateState(now, 90) } },
    { name: 'b.test', state: {} },
  ],
};

test('a renewal of one certificate is its own view', () => {
  const single = renewal({ certificate: certificateState(now, 90) });
  assert.equal(viewOf(single, undefined), single);
  assert.deepEqual(certificatesOf(single), [{ view: single }]);
});

test('a part looks like a renewal with this certificate alone', () => {
  const history = [
    { date: now, part: 'a.test', result: 'renewed' },
    { date: now, part: 'b.test', result: 'failed' },
  ] as const;
  const view = viewOf({ ...pair, history }, 'a.test');
  assert.deepEqual([view.id, view.friendlyName, 'parts' in view], ['first', 'First (a.test)', false]);
  assert.equal(view.state, pair.parts?.[0]?.state);
  assert.deepEqual(view.history, [history[0]]);
  assert.deepEqual(
    certificatesOf(pair).map(({ part }) => part),
    ['a.test', 'b.test'],
  );
});

test('what becomes of one part leaves the others alone, and its history says which one', () => {
  const failed = withView(pair, 'b.test', withFailure(viewOf(pair, 'b.test'), failure('no'), later(1)));
  assert.equal(failed.parts?.[1]?.state.failures?.count, 1);
  assert.deepEqual(failed.parts?.[0], pair.parts?.[0]);
  const deployed = { renewed: true, date: later(2) };
  const both = withView(failed, 'a.test', withDeployed(viewOf(failed, 'a.test'), deployed));
  assert.deepEqual(
    both.history.map(({ part, result }) => [part, result]),
    [
      ['b.test', 'failed'],
      ['a.test', 'renewed'],
    ],
  );
});

test('many failures of one part do not push out what the others did', () => {
  let current = withView(pair, 'a.test', withDeployed(viewOf(pair, 'a.test'), { renewed: true, date: now }));
  for (let attempt = 1; attempt <= 100; attempt++)
    current = withView(current, 'b.test', withFailure(viewOf(current, 'b.test'), failure('no'), later(attempt)));
  assert.equal(current.history.length, 1 + partHistoryLimit);
  assert.equal(current.history[0]?.part, 'a.test');
  assert.deepEqual(current.history.at(-1)?.date, later(100));
});

test('files of a part have a name that no renewal can have', () => {
  assert.deepEqual([fileIdOf('first', undefined), fileIdOf('first', 'a.test')], ['first', 'first@a.test']);
});

test('the task runs more often when one of several certificates lives shortly', () => {
  const parts = [...(pair.parts ?? []), { name: 'c.test', state: { certificate: certificateState(now, 6) } }];
  assert.equal(repetitionFor([{ kind: 'renewal', renewal: pair }]), undefined);
  assert.equal(repetitionFor([{ kind: 'renewal', renewal: { ...pair, parts } }]), 6 * 3600);
});

test('a renewal that fits its plan stays as it is', () => {
  const single = renewal({ certificate: certificateState(now, 90) });
  assert.deepEqual(alignParts(single, [undefined]), { renewal: single, gone: [] });
  assert.equal(alignParts(single, [undefined]).renewal, single);
  assert.equal(alignParts(pair, ['a.test', 'b.test']).renewal, pair);
});

test('a part that appears is empty, one that disappears goes with its history', () => {
  const history = [
    { date: now, part: 'a.test', result: 'renewed' },
    { date: now, part: 'b.test', result: 'failed' },
  ] as const;
  const { renewal: aligned, gone } = alignParts({ ...pair, history }, ['c.test', 'a.test']);
  assert.deepEqual(gone, ['b.test']);
  assert.deepEqual(aligned.parts, [{ name: 'c.test', state: {} }, pair.parts?.[0]]);
  assert.deepEqual(aligned.history, [history[0]]);
});

test('one certificate instead of several, and the other way round, begins anew', () => {
  const toSingle = alignParts(pair, [undefined]);
  assert.deepEqual(
    [toSingle.gone, toSingle.renewal.parts, toSingle.renewal.state],
    [['a.test', 'b.test'], undefined, {}],
  );
  const single = renewal({ certificate: certificateState(now, 90) });
  const toParts = alignParts(single, ['a.test']);
  assert.deepEqual([toParts.gone, toParts.renewal.state], [[undefined], {}]);
  assert.deepEqual(toParts.renewal.parts, [{ name: 'a.test', state: {} }]);
  assert.deepEqual(alignParts(renewal(), ['a.test']).gone, []);
});

test('changes of several parts at the same time are all kept, and the newest version is written last', async () => {
  const written: Renewal[] = [];
  const keeper = createKeeper(pair, {
    async write(next) {
      await new Promise((resolve) => setTimeout(resolve, written.length === 0 ? 20 : 0));
      written.push(next);
    },
  });
  await Promise.all(
    ['a.test', 'b.test'].map((part) => keeper.keepView(part, withFailure(keeper.view(part), failure(part), now))),
  );
  assert.deepEqual(
    written.at(-1)?.parts?.map(({ state }) => state.failures?.message),
    ['a.test', 'b.test'],
  );
  assert.equal(written.at(-1), keeper.current());
});

test('a version that cannot be written fails its own change only', async () => {
  let attempts = 0;
  const keeper = createKeeper(pair, {
    write: () => (++attempts === 1 ? Promise.reject(new WacsError('StorageError', 'disk full')) : Promise.resolve()),
  });
  const first = keeper.keep({ ...pair, friendlyName: 'One' });
  const second = keeper.keep({ ...keeper.current(), friendlyName: 'Two' });
  await failureOf(first, 'StorageError');
  await second;
  assert.equal(keeper.current().friendlyName, 'Two');
});
