import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasPattern, type Selection, selectRenewals } from '../../src/core/select.ts';
import { failureOf } from '../support/wacs-error.ts';
import { renewal } from './samples.ts';

const names = { web1: 'Web one', web2: 'Web two', mail: '[Manual] mail.test', comma: 'a, b' };
const all = Object.entries(names).map(([id, friendlyName]) => ({ ...renewal(), id, friendlyName }));
const ids = (selection: Selection): string[] => selectRenewals(all, selection).map(({ id }) => id);

const selections: [Selection, string[]][] = [
  [{}, ['web1', 'web2', 'mail', 'comma']],
  [{ id: 'web1' }, ['web1']],
  [{ id: 'WEB1' }, ['web1']],
  [{ id: 'web*' }, ['web1', 'web2']],
  [{ id: 'web?' }, ['web1', 'web2']],
  [{ id: 'web1, mail' }, ['web1', 'mail']],
  [{ friendlyName: '[Manual] mail.test' }, ['mail']],
  [{ friendlyName: '*mail*' }, ['mail']],
  [{ friendlyName: 'a, b' }, ['comma']],
  [{ id: '*b?' }, ['web1', 'web2']],
  [{ id: '*w*b**1*' }, ['web1']],
  [{ id: '*m*a,m*l' }, ['mail', 'comma']],
  [{ id: 'web*', friendlyName: '*two' }, ['web2']],
];

for (const [selection, expected] of selections) {
  test(`selectRenewals finds ${expected.join(', ')} for ${JSON.stringify(selection)}`, () => {
    assert.deepEqual(ids(selection), expected);
  });
}

test('a pattern is no regular expression', async () => {
  for (const id of ['web.', 'web[12]', '(web1)', 'web1|web2', '^web1$']) await failureOf(() => ids({ id }), 'NotFound');
});

test('a pattern matches the whole text', async () => {
  await failureOf(() => ids({ id: 'web' }), 'NotFound');
});

test('a selection that matches nothing names both patterns', async () => {
  const failure = await failureOf(() => ids({ id: 'web*', friendlyName: 'mail' }), 'NotFound');
  assert.match(failure.message, /--id web\* and --friendlyname mail/);
});

test('without a pattern, no renewals are no failure', () => {
  assert.deepEqual(selectRenewals([], {}), []);
  assert.equal(hasPattern({}), false);
  assert.equal(hasPattern({ friendlyName: 'x' }), true);
});

test('a pattern of many stars ends quickly', async () => {
  const long = [{ ...renewal(), id: 'a'.repeat(64) }];
  const started = performance.now();
  await failureOf(() => selectRenewals(long, { id: `${'*a'.repeat(20)}*b` }), 'NotFound');
  assert.ok(performance.now() - started < 2000);
});
