import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestZones, namesText, possibleZones } from '../../src/plugins/validation/dns-zones.ts';
import { inTurn } from '../../src/plugins/validation/in-turn.ts';
import { remember } from '../../src/plugins/validation/remember.ts';

test('a record may lie in its own name and in every name above', () => {
  assert.deepEqual(possibleZones('_acme-challenge.a.test'), ['_acme-challenge.a.test', 'a.test', 'test']);
});

test('the longest zone is taken, by labels and not by letters', () => {
  const zones = ['test', 'a.test', 'b.a.test', 'xa.test'].map((name) => ({ name }));
  const zoneOf = (name: string) => longestZones(zones, name).map((zone) => zone.name);
  assert.deepEqual(zoneOf('_acme-challenge.c.b.a.test'), ['b.a.test']);
  assert.deepEqual(zoneOf('_acme-challenge.cb.a.test'), ['a.test']);
  assert.deepEqual(zoneOf('a.test'), ['a.test']);
  assert.deepEqual(zoneOf('ya.test'), ['test']);
  assert.deepEqual(zoneOf('a.invalid'), []);
});

test('zones of one name are all given', () => {
  const zones = [1, 2].map((id) => ({ id, name: 'a.test' }));
  assert.deepEqual(longestZones(zones, 'x.a.test'), zones);
});

test('names are listed up to twenty', () => {
  assert.equal(namesText([]), 'none');
  assert.equal(namesText(['a', 'b']), 'a, b');
  assert.equal(namesText(['a', 'b'], 7), 'a, b and 5 more');
  assert.match(namesText(Array.from({ length: 30 }, (_, number) => `z${number}`)), /z19 and 10 more$/);
});

test('work on one thing does not overlap, work on others does', async () => {
  const events: string[] = [];
  const work = (key: string, name: string) =>
    inTurn(key, async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`${name} ends`);
      return name;
    });
  assert.deepEqual(await Promise.all([work('x', '1'), work('x', '2'), work('y', '3')]), ['1', '2', '3']);
  assert.ok(events.indexOf('1 ends') < events.indexOf('2 begins'));
  assert.ok(events.indexOf('3 begins') < events.indexOf('1 ends'));
});

test('work that fails does not hold up what waits for it', async () => {
  const failing = inTurn('x', async () => {
    throw new Error('no');
  });
  const next = inTurn('x', async () => 'yes');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'yes');
});

test('what is loaded once is shared; a failure is not kept', async () => {
  const known = new Map<string, Promise<number>>();
  let loads = 0;
  const load = async () => {
    loads += 1;
    if (loads === 1) throw new Error('no');
    return loads;
  };
  await assert.rejects(Promise.all([remember(known, 'a', load), remember(known, 'a', load)]), /no/);
  assert.equal(loads, 1);
  assert.deepEqual(await Promise.all([remember(known, 'a', load), remember(known, 'a', load)]), [2, 2]);
});
