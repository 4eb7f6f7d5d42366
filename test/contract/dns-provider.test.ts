import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { failureOf } from '../support/wacs-error.ts';
import { challengeValue, type DnsPlace, dnsPlaces } from './dns-places.ts';

const names = pluginRegistry.validation
  .filter(({ challengeTypes }) => challengeTypes.includes('dns-01'))
  .map(({ name }) => name);

test('each plugin that answers dns-01 has a place in this suite, and nothing else has', () => {
  assert.deepEqual(Object.keys(dnsPlaces).sort(), names.toSorted());
});

const [first, second, third] = ['first', 'second', 'third'].map(challengeValue) as [string, string, string];

for (const name of names) {
  const open = async (t: TestContext): Promise<DnsPlace> => {
    const place = await dnsPlaces[name]?.(t);
    assert.ok(place, `${name} has no place in this suite`);
    return place;
  };
  /** What is there after a value was removed: nothing, unless the service cannot remove values. */
  const left = (place: DnsPlace, values: readonly string[]): readonly string[] =>
    place.keeps === undefined ? [] : values.toSorted();
  const valuesAt = async (place: DnsPlace): Promise<readonly string[]> => (await place.valuesAt(place.name)).toSorted();

  test(`${name}: a value is there after createTxt and gone after deleteTxt`, async (t) => {
    const place = await open(t);
    await place.provider.createTxt({ name: place.name, value: first });
    assert.deepEqual(await valuesAt(place), [first]);
    await place.provider.deleteTxt({ name: place.name, value: first });
    assert.deepEqual(await valuesAt(place), left(place, [first]));
  });

  test(`${name}: two values of one name at once, made and removed side by side by two renewals`, async (t) => {
    const place = await open(t);
    const both = [
      { provider: place.provider, record: { name: place.name, value: first } },
      { provider: place.second, record: { name: place.name, value: second } },
    ];
    await Promise.all(both.map(({ provider, record }) => provider.createTxt(record)));
    assert.deepEqual(await valuesAt(place), [first, second].sort());
    await Promise.all(both.map(({ provider, record }) => provider.deleteTxt(record)));
    assert.deepEqual(await valuesAt(place), left(place, [first, second]));
  });

  test(`${name}: eight values of one name side by side`, async (t) => {
    const place = await open(t);
    const values = Array.from({ length: 8 }, (_, number) => challengeValue(`value ${number}`));
    await Promise.all(
      values.map(async (value, number) => {
        const provider = number % 2 === 0 ? place.provider : place.second;
        const record = { name: place.name, value };
        await provider.createTxt(record);
        assert.ok((await valuesAt(place)).includes(value), 'it is there when createTxt has returned');
        await provider.deleteTxt(record);
      }),
    );
    assert.equal((await valuesAt(place)).length, place.keeps ?? 0);
  });

  test(`${name}: creating is repeatable, and no value is there twice`, async (t) => {
    const place = await open(t);
    for (const value of [first, second, first, second, second, first]) {
      await place.provider.createTxt({ name: place.name, value });
    }
    assert.deepEqual(await valuesAt(place), [first, second].sort());
  });

  test(`${name}: removing takes one value and leaves the other`, async (t) => {
    const place = await open(t);
    await place.provider.createTxt({ name: place.name, value: first });
    await place.provider.createTxt({ name: place.name, value: second });
    await place.provider.deleteTxt({ name: place.name, value: first });
    assert.ok((await valuesAt(place)).includes(second));
    await place.provider.createTxt({ name: place.name, value: third });
    assert.deepEqual(await valuesAt(place), [second, third].sort());
    await place.provider.deleteTxt({ name: place.name, value: second });
    assert.ok((await valuesAt(place)).includes(third));
  });

  test(`${name}: removing what is not there does no harm`, async (t) => {
    const place = await open(t);
    await place.provider.deleteTxt({ name: place.name, value: first });
    await place.provider.createTxt({ name: place.name, value: second });
    await place.provider.deleteTxt({ name: place.name, value: first });
    assert.deepEqual(await valuesAt(place), [second]);
    await place.provider.deleteTxt({ name: place.name, value: second });
    await place.provider.deleteTxt({ name: place.name, value: second });
    assert.deepEqual(await valuesAt(place), left(place, [second]));
  });

  test(`${name}: values of others stay, before and after`, async (t) => {
    const place = await open(t);
    if (place.addForeign === undefined) return t.skip('nobody else can have values there');
    await place.addForeign(place.name, 'v=spf1 -all; "quoted"'.replaceAll('"', "'"));
    await place.addForeign(place.name, second);
    const before = await valuesAt(place);
    await place.provider.createTxt({ name: place.name, value: first });
    assert.deepEqual(await valuesAt(place), [...before, first].sort());
    await place.provider.deleteTxt({ name: place.name, value: first });
    assert.deepEqual(await valuesAt(place), before);
  });

  test(`${name}: names side by side do not disturb each other`, async (t) => {
    const place = await open(t);
    if (place.keeps !== undefined) return t.skip('each account has one name');
    const records = Array.from({ length: 12 }, (_, number) => ({
      name: `_acme-challenge.host${number}.example.test`,
      value: challengeValue(`host ${number}`),
    }));
    await Promise.all(records.map((record) => place.provider.createTxt(record)));
    for (const record of records) assert.deepEqual(await place.valuesAt(record.name), [record.value]);
    await Promise.all(records.map((record) => place.provider.deleteTxt(record)));
    for (const record of records) assert.deepEqual(await place.valuesAt(record.name), []);
  });

  test(`${name}: credentials that are not accepted are 45, with what to do and without the secret`, async (t) => {
    const place = await open(t);
    const failure = await failureOf(
      place.unauthorized.createTxt({ name: place.name, value: first }),
      'ValidationSetupError',
    );
    assert.match(failure.message, /answered 40[013]: \S/);
    assert.match(failure.hint ?? '', /^[A-Z].{20,}\.$/);
    assert.deepEqual(await valuesAt(place), []);
    const told = [failure.message, failure.hint, failure.stack, String(failure.cause), JSON.stringify(failure)].join();
    for (const secret of place.secrets) assert.ok(!told.includes(secret), told);
  });

  test(`${name}: a name in no zone is 45 and says which zones there are`, async (t) => {
    const place = await open(t);
    const record = { name: '_acme-challenge.elsewhere.invalid', value: first };
    const failure = await failureOf(place.provider.createTxt(record), 'ValidationSetupError');
    assert.ok(failure.message.includes('elsewhere.invalid'), failure.message);
    if (place.keeps === undefined) assert.match(failure.message, /example\.test/);
    assert.match(failure.hint ?? '', /^[A-Z].{20,}\.$/);
  });
}
