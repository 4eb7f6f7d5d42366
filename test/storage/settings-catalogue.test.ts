import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { allSettings } from '../../src/storage/settings/catalogue.ts';
import { settingsReference } from '../../src/storage/settings/reference.ts';
import { settingsSchema } from '../../src/storage/settings/schema.ts';
import { oldSpellings, unusedSettings } from '../../src/storage/settings/win-acme.ts';

const keys = allSettings();

test('every key has a meaning, a default, and a name as win-acme writes names', () => {
  assert.ok(keys.length >= 20);
  for (const { path, meaning, fallback } of keys) {
    const name = path.join('.');
    assert.ok(meaning.length > 5, `${name} needs setting() with a meaning`);
    assert.doesNotMatch(meaning, /\.$|[^ -~]/, `${name}: ASCII, without a final stop`);
    assert.notEqual(fallback, undefined, `${name} needs a default`);
    for (const part of path) assert.match(part, /^[A-Z][A-Za-z0-9]*$/, name);
    assert.ok(path.length >= 2, `${name} is in no section`);
  }
});

test('a default fits its own key, and is what holds without a file', () => {
  const defaults: unknown = v.parse(settingsSchema, {});
  for (const { path, fallback } of keys) {
    const value = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], defaults);
    assert.deepEqual(value, fallback, path.join('.'));
  }
});

test('names differ in more than upper and lower case', () => {
  const names = keys.map(({ path }) => path.join('.').toLowerCase());
  assert.equal(new Set(names).size, names.length);
});

test('a password is marked as one', () => {
  for (const { path, traits } of keys) {
    if (/password|secret$/i.test(path.at(-1) ?? '')) assert.equal(traits.secret, true, path.join('.'));
  }
});

test('the reference has a row for each key', () => {
  assert.deepEqual(
    settingsReference().map(({ name }) => name),
    keys.map(({ path }) => path.join('.')),
  );
  assert.ok(settingsReference().every(({ fallback }) => fallback !== 'null' && fallback !== ''));
});

test('an old spelling leads to a setting, or to a name that is known to be unused', () => {
  const known = new Set([
    ...keys.map(({ path }) => path.join('.')),
    ...[...unusedSettings.values()].map(({ name }) => name),
  ]);
  for (const [old, today] of oldSpellings) assert.ok(known.has(today), `${old} is ${today}`);
});
