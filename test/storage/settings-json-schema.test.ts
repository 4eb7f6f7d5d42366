import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { allSettings, type SettingKey } from '../../src/storage/settings/catalogue.ts';
import { settingsJsonSchema } from '../../src/storage/settings/json-schema.ts';
import { parseSettingsFile } from '../../src/storage/settings/layer.ts';
import { settingsSchema } from '../../src/storage/settings/schema.ts';
import { faultsOf, type JsonSchema } from '../support/json-schema.ts';

const schema = settingsJsonSchema() as JsonSchema;
const fits = (content: unknown): boolean => faultsOf(schema, content).length === 0;
const isRead = (content: unknown): Promise<boolean> =>
  parseSettingsFile('settings.json', JSON.stringify(content), 'all').then(
    () => true,
    (error: unknown) => {
      assert.ok(error instanceof WacsError && error.code === 'ConfigurationError', String(error));
      return false;
    },
  );

/** Settings with one value in the place of a key. */
const withValue = ({ path }: Pick<SettingKey, 'path'>, value: unknown): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;

// biome-ignore format: a list of oddities reads better dense
const values: readonly unknown[] = [
  null, true, false, 0, 1, -1, 0.01, 1.5, 5, 55, 600, 601, 3072, 4096, 1e6, '', 'x', '[System]', '09:00:00', '9:00:00', '24:00:00', '09:00',
  'secp256r1', 'https://ca.example.com/directory', 'not an address', 'C:\\temp', 'C:\temp', 'vault://json/a', [], ['a'], [1], {}, { a: 1 },
];

test('the schema is of draft-07 and describes every key with its default', () => {
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
  for (const { path, meaning, fallback } of allSettings()) {
    const key = path.reduce<JsonSchema>(
      (at, name) => (at.properties as Record<string, JsonSchema>)[name] as JsonSchema,
      schema,
    );
    assert.equal(key.description, meaning, path.join('.'));
    assert.deepEqual(key.default, fallback, path.join('.'));
    for (const trait of ['scope', 'secret', 'defaultText', 'required']) assert.ok(!(trait in key), path.join('.'));
  }
});

/** Whether a value is looked at by code, which JSON Schema has no words for. */
function hasCheck(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, pipe, wrapped, item } = schema as Readonly<Record<string, unknown>>;
  const inside = Array.isArray(pipe) ? pipe : [];
  return (
    type === 'check' || inside.some((part) => part !== schema && hasCheck(part)) || hasCheck(wrapped) || hasCheck(item)
  );
}

const schemaOf = ({ path }: Pick<SettingKey, 'path'>): unknown =>
  path.reduce<unknown>((at, name) => {
    const { wrapped, entries } = at as { wrapped?: { entries: object }; entries?: object };
    return ((wrapped?.entries ?? entries) as Readonly<Record<string, unknown>>)[name];
  }, settingsSchema);

for (const key of allSettings()) {
  const name = key.path.join('.');
  test(`${name}: the schema accepts what wacs reads, and nothing else`, async () => {
    let read = 0;
    for (const value of [...values, key.fallback]) {
      const content = withValue(key, value);
      const works = await isRead(content);
      if (works) read += 1;
      if (works || !hasCheck(schemaOf(key))) assert.equal(fits(content), works, JSON.stringify(value));
    }
    assert.ok(read >= 2, 'at least null and a value');
  });
}

test('sections, unknown names, spellings and the head of the file are as wacs reads them', async () => {
  for (const content of [
    {},
    { $schema: './schema.json', schemaVersion: 1, Acme: null, Csr: { Rsa: null } },
    { UI: { PageSize: 50 }, Unknown: 5, Acme: { RequestTimeot: 1 } },
    { acme: { requesttimeout: 5 }, Security: { RSAKeyBits: 2048 } },
    { schemaVersion: 2 },
    { Acme: 5 },
    { Csr: { Ec: [] } },
    [],
  ]) {
    assert.equal(fits(content), await isRead(content), JSON.stringify(content));
  }
});
