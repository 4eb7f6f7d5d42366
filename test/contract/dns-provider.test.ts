import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DnsProvider } from '../../src/core/dns.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { failureOf } from '../support/wacs-error.ts';
import { challengeValue, type DnsPlace, dnsServices, placeIdentifier } from './dns-places.ts';

/** Those that speak to no service over HTTP. */
const others = ['script', 'manual', 'rfc2136'];

const names = pluginRegistry.validation
  .filter(({ name, challengeTypes }) => challengeTypes.includes('dns-01') && !others.includes(name))
  .map(({ name }) => name);

test('each plugin that answers dns-01 over HTTP has a service in this suite, and nothing else has', () => {
  assert.deepEqual(Object.keys(dnsServices).sort(), names.toSorted());
});

const [first, second, third] = ['first', 'second', 'third'].map(challengeValue) as [string, string, string];

/** A provider that validates one name. */
function makerOf(provider: DnsProvider, name: string) {
  return {
    create: (value: string) => provider.createTxt({ name, value }, placeIdentifier),
    remove: (value: string) => provider.deleteTxt({ name, value }, placeIdentifier),
  };
}

for (const [service, { open: openPlace, keepsTwo = false }] of Object.entries(dnsServices)) {
  const open = async (t: TestContext) => {
    const place = await openPlace(t);
    return {
      place,
      ...makerOf(place.provider, place.name),
      other: makerOf(place.second, place.name),
      values: async () => (await place.valuesAt(place.name)).toSorted(),
    };
  };
  /** What is there after values were removed: nothing, unless the service cannot remove any. */
  const left = (...values: readonly string[]): readonly string[] => (keepsTwo ? values.toSorted() : []);

  test(`${service}: a value is there after createTxt and gone after deleteTxt`, async (t) => {
    const { create, remove, values } = await open(t);
    await create(first);
    assert.deepEqual(await values(), [first]);
    await remove(first);
    assert.deepEqual(await values(), left(first));
  });

  test(`${service}: two values of one name at once, made and removed side by side by two renewals`, async (t) => {
    const { create, remove, other, values } = await open(t);
    await Promise.all([create(first), other.create(second)]);
    assert.deepEqual(await values(), [first, second].sort());
    await Promise.all([remove(first), other.remove(second)]);
    assert.deepEqual(await values(), left(first, second));
  });

  test(`${service}: creating is repeatable, and no value is there twice`, async (t) => {
    const { create, values } = await open(t);
    for (const value of [first, second, first, second, second, first]) await create(value);
    assert.deepEqual(await values(), [first, second].sort());
  });

  test(`${service}: removing takes one value and leaves the other`, async (t) => {
    const { create, remove, values } = await open(t);
    await create(first);
    await create(second);
    await remove(first);
    assert.ok((await values()).includes(second));
    await create(third);
    assert.deepEqual(await values(), [second, third].sort());
    await remove(second);
    assert.ok((await values()).includes(third));
  });

  test(`${service}: values come and go in any order, and those that are needed are there`, async (t) => {
    const { create, remove, values } = await open(t);
    const made = Array.from({ length: 6 }, (_, number) => challengeValue(`value ${number}`));
    let needed: string[] = [];
    for (const [index, value] of made.entries()) {
      await create(value);
      needed.push(value);
      const now = await values();
      assert.deepEqual(
        needed.filter((one) => !now.includes(one)),
        [],
      );
      if (needed.length < 2) continue;
      const [gone = ''] = needed.splice(index % 2, 1);
      await remove(gone);
    }
    for (const value of needed) await remove(value);
    needed = [];
    assert.equal((await values()).length, left(first, second).length);
  });

  test(`${service}: removing what is not there does no harm`, async (t) => {
    const { create, remove, values } = await open(t);
    await remove(first);
    await create(second);
    await remove(first);
    assert.deepEqual(await values(), [second]);
    await remove(second);
    await remove(second);
    assert.deepEqual(await values(), left(second));
  });

  test(`${service}: credentials that are not accepted are 45, with what to do and without the secret`, async (t) => {
    const { place, values } = await open(t);
    const { create } = makerOf(place.unauthorized, place.name);
    const failure = await failureOf(create(first), 'ValidationSetupError');
    assert.match(failure.message, /answered 40[013]: \S/);
    assert.match(failure.hint ?? '', /^[A-Z].{20,}\.$/);
    assert.deepEqual(await values(), []);
    assertNotTold(place, failure);
  });

  test(`${service}: a name that is not there is 45, and says which it is`, async (t) => {
    const { place } = await open(t);
    const { create, remove } = makerOf(place.provider, '_acme-challenge.elsewhere.invalid');
    const failure = await failureOf(create(first), 'ValidationSetupError');
    assert.match(failure.message, /elsewhere\.invalid/);
    assert.match(failure.message, /example\.test/, 'it says what there is');
    assert.match(failure.hint ?? '', /^[A-Z].{20,}\.$/);
    if (keepsTwo) await remove(first);
    else await failureOf(remove(first), 'ValidationSetupError');
  });

  if (keepsTwo) continue;

  test(`${service}: eight values of one name side by side`, async (t) => {
    const { create, remove, other, values } = await open(t);
    const made = Array.from({ length: 8 }, (_, number) => challengeValue(`value ${number}`));
    await Promise.all(made.map((value, number) => (number % 2 === 0 ? create(value) : other.create(value))));
    assert.deepEqual(await values(), made.toSorted());
    await Promise.all(made.map((value, number) => (number % 2 === 0 ? remove(value) : other.remove(value))));
    assert.deepEqual(await values(), []);
  });

  test(`${service}: values of others stay, before and after`, async (t) => {
    const { place, create, remove, values } = await open(t);
    assert.ok(place.addForeign);
    await place.addForeign(place.name, "v=spf1 -all; 'quoted'");
    await place.addForeign(place.name, second);
    const before = await values();
    await create(first);
    assert.deepEqual(await values(), [...before, first].sort());
    await remove(first);
    assert.deepEqual(await values(), before);
  });

  test(`${service}: names side by side do not disturb each other`, async (t) => {
    const { place } = await open(t);
    const made = Array.from({ length: 12 }, (_, number) => ({
      name: `_acme-challenge.host${number}.example.test`,
      value: challengeValue(`host ${number}`),
    }));
    await Promise.all(made.map((record) => place.provider.createTxt(record, placeIdentifier)));
    for (const { name, value } of made) assert.deepEqual(await place.valuesAt(name), [value]);
    await Promise.all(made.map((record) => place.provider.deleteTxt(record, placeIdentifier)));
    for (const { name } of made) assert.deepEqual(await place.valuesAt(name), []);
  });
}

function assertNotTold(place: DnsPlace, failure: Error & { readonly hint: string | undefined }): void {
  const told = [failure.message, failure.hint, failure.stack, String(failure.cause), JSON.stringify(failure)].join();
  for (const secret of place.secrets) assert.ok(!told.includes(secret), told);
}
