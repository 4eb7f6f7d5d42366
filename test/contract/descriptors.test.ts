import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OptionDefinition } from '../../src/core/option.ts';
import { valueAt } from '../../src/core/plan-secrets.ts';
import type { PluginDescriptor, PluginFamily } from '../../src/core/plugin.ts';
import type { PluginOptions } from '../../src/core/renewal.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { failureOf } from '../support/wacs-error.ts';
import { realServices, sampleArguments, sampleOf, secrets, valuesOf } from './plugin-samples.ts';

const families = Object.keys(pluginRegistry) as PluginFamily[];
const all = families.flatMap((family) =>
  (pluginRegistry[family] as readonly PluginDescriptor<unknown>[]).map((descriptor) => ({ family, descriptor })),
);

test('names are lower case and unique in their family', () => {
  for (const family of families) {
    const names = pluginRegistry[family].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, family);
    for (const name of names) assert.match(name, /^[a-z][a-z0-9-]*$/);
  }
});

test('the samples are about plugins that exist', () => {
  for (const family of families) {
    const names = pluginRegistry[family].map(({ name }) => name);
    assert.deepEqual(Object.keys(sampleArguments[family]).sort(), [...names].sort());
  }
});

for (const { family, descriptor } of all) {
  const { name } = descriptor;
  const storedOf = (args: readonly string[]): PluginOptions => {
    const stored = descriptor.fromArguments(valuesOf(family, name, args), (plain) => secrets.protect(plain));
    return JSON.parse(JSON.stringify(stored)) as PluginOptions;
  };

  test(`${family} ${name} has a description, and its options are in the group of its family`, () => {
    assert.ok(descriptor.description.length > 5);
    for (const option of descriptor.options) assert.equal(option.group, family, option.name);
  });

  test(`${family} ${name} survives being stored as JSON and made again`, (t) => {
    const stored = storedOf(sampleOf(t, family, name).args);
    assert.equal(stored.plugin, name);
    assert.ok(descriptor.create(stored, realServices()));
  });

  test(`${family} ${name} stores the same for the same arguments`, (t) => {
    const { args } = sampleOf(t, family, name);
    assert.deepEqual(storedOf(args), storedOf(args));
  });

  test(`${family} ${name} keeps every option that was given, secrets protected`, (t) => {
    const { args } = sampleOf(t, family, name);
    const stored = JSON.stringify(storedOf(args));
    const excluded = (option: OptionDefinition) => option.excludes?.some((name) => args.includes(`--${name}`)) === true;
    const usable = descriptor.options.filter((option) => option.obsolete !== true && !excluded(option));
    for (const option of usable) assertKept(option, args, stored);
  });

  test(`${family} ${name} declares the fields that hold its secrets`, (t) => {
    const { args } = sampleOf(t, family, name);
    const stored = storedOf(args);
    const secretValues = descriptor.options
      .filter((option) => option.secret === true)
      .map((option) => secrets.protect(args[args.indexOf(`--${option.name}`) + 1] ?? ''));
    const declared = (descriptor.secretFields ?? []).map((field) => valueAt(stored, field.split('.')));
    assert.deepEqual(declared.toSorted(), secretValues.toSorted(), 'secretFields of the descriptor');
  });

  test(`${family} ${name} stores a reference to the vault as it is`, (t) => {
    const { args } = sampleOf(t, family, name);
    const names = descriptor.options.filter((option) => option.secret === true).map((option) => `--${option.name}`);
    const stored = storedOf(args.map((word, at) => (names.includes(args[at - 1] ?? '') ? 'vault://json/key' : word)));
    for (const field of descriptor.secretFields ?? [])
      assert.equal(valueAt(stored, field.split('.')), 'vault://json/key', field);
  });

  test(`${family} ${name} ignores fields it does not know`, (t) => {
    const stored = { ...storedOf(sampleOf(t, family, name).args), laterVersion: { more: true } };
    assert.ok(descriptor.create(stored, realServices()));
  });

  test(`${family} ${name} names the field of a broken file, and does nothing else`, async (t) => {
    const stored = storedOf(sampleOf(t, family, name).args);
    for (const field of Object.keys(stored).filter((key) => key !== 'plugin')) {
      const work = () => descriptor.create({ ...stored, [field]: { broken: true } }, realServices());
      const failure = await failureOf(work, 'ConfigurationError');
      assert.ok(failure.message.includes(`"${field}"`), failure.message);
      assert.ok(failure.message.includes(`"${name}"`), failure.message);
    }
  });
}

/** Each option's sample value must be found in what is stored; a secret only in its protected form. */
function assertKept(option: OptionDefinition, args: readonly string[], stored: string): void {
  if (option.excludes?.some((other) => args.includes(`--${other}`)) === true) return;
  const at = args.indexOf(`--${option.name}`);
  assert.ok(at >= 0, `the sample gives --${option.name}`);
  const value = args[at + 1] ?? '';
  const [first = ''] = value.split(',');
  const wished = option.secret === true ? secrets.protect(value) : first;
  const kept = option.type === 'flag' ? 'true' : JSON.stringify(wished).slice(1, -1);
  assert.ok(stored.includes(kept), `${option.name}: ${stored}`);
}

const mandatory: [PluginFamily, string, string][] = [
  ['source', 'manual', 'host'],
  ['source', 'csr', 'csrfile'],
  ['validation', 'filesystem', 'webroot'],
  ['validation', 'acme-dns', 'acmednsserver'],
  ['validation', 'azure', 'azuretenantid'],
  ['validation', 'azure', 'azuresecret'],
  ['validation', 'cloudflare', 'cloudflareapitoken'],
  ['validation', 'rfc2136', 'serverhost'],
  ['validation', 'rfc2136', 'tsigkeyname'],
  ['validation', 'rfc2136', 'tsigkeysecret'],
  ['validation', 'script', 'validationscript'],
  ['store', 'pemfiles', 'pemfilespath'],
  ['store', 'pfxfile', 'pfxfilepath'],
  ['installation', 'script', 'script'],
];

for (const [family, name, option] of mandatory) {
  test(`${family} ${name} without --${option} is a usage error that names it`, async () => {
    const descriptor = all.find((one) => one.family === family && one.descriptor.name === name)?.descriptor;
    const failure = await failureOf(() => descriptor?.fromArguments(valuesOf(family, name, []), String), 'UsageError');
    assert.ok(`${failure.message} ${failure.hint}`.includes(`--${option}`), failure.message);
  });
}
