import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandOfOption } from '../../src/cli/command.ts';
import { createOptionTable } from '../../src/cli/options.ts';
import { parseArguments } from '../../src/cli/parse.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { OptionDefinition } from '../../src/core/option.ts';
import type { PluginRegistry } from '../../src/core/plugin.ts';
import { registryWith, sampleRegistry } from '../support/sample-registry.ts';
import { table } from './support.ts';

const flag: OptionDefinition = { name: 'extra', type: 'flag', group: 'store', description: 'an extra' };

describe('createOptionTable', () => {
  it('has every name once, lower case, described', () => {
    const names = table.entries.flatMap(({ option }) => [option.name, ...(option.aliases ?? [])]);
    assert.equal(new Set(names).size, names.length);
    for (const { option } of table.entries) {
      assert.match(option.name, /^[a-z][a-z0-9-]*$/);
      assert.match(option.description, /^[\x20-\x7e]+$/);
      assert.doesNotMatch(option.description, /\.$/);
      assert.equal(option.type === 'flag', option.valueName === undefined, option.name);
    }
  });

  it('refers to known names only', () => {
    for (const { option } of table.entries) {
      for (const name of [...(option.needs ?? []), ...(option.excludes ?? [])]) assert.ok(table.find(name), name);
    }
  });

  it('marks as commands what starts one', () => {
    const flagged = table.entries.filter(({ option }) => option.command === true).map(({ option }) => option.name);
    assert.deepEqual([...flagged, 'source'].sort(), [...commandOfOption.keys()].sort());
  });

  it('has every command-line name of the first release', () => {
    const expected =
      'renew list cancel revoke register setuptaskscheduler removetaskscheduler help version source target id friendlyname ' +
      'baseuri test validation validationmode order csr store installation force nocache notaskscheduler accepttos ' +
      'emailaddress eab-key-identifier eab-key eab-algorithm profile preferredissuer reason configpath cafile json verbose ' +
      'detailedexitcode waitforlock closeonfinish usedefaulttaskuser hidehttps';
    assert.deepEqual(
      expected.split(' ').filter((name) => table.find(name) === undefined),
      [],
    );
  });

  it('has another default store on Windows', () => {
    const storeOn = (platform: 'win32' | 'posix'): readonly string[] => {
      const own = createOptionTable(sampleRegistry, platform);
      return parseArguments(['--source', 'manual'], own, { slashPrefix: false }).values.list('store');
    };
    assert.deepEqual([storeOn('win32'), storeOn('posix')], [['certificatestore'], ['pemfiles']]);
  });

  it('finds nothing that objects inherit', () => {
    for (const name of ['constructor', '__proto__', 'hasownproperty']) assert.equal(table.find(name), undefined);
  });

  const faults: readonly (readonly [string, PluginRegistry, RegExp])[] = [
    [
      'two types of one name',
      registryWith('store', [flag], [{ ...flag, type: 'text' }]),
      /option table: --extra is declared differently by store extra0 and store extra1/,
    ],
    ['different secrecy', registryWith('store', [flag], [{ ...flag, secret: true }]), /declared differently/],
    ['a name of the program', registryWith('store', [{ ...flag, name: 'renew' }]), /--renew is declared twice/],
    ['an alias that is taken', registryWith('store', [{ ...flag, aliases: ['id'] }]), /--id is declared twice/],
    ['another group', registryWith('store', [{ ...flag, group: 'csr' }]), /--extra of store extra0 is in group csr/],
    ['a dot in a name', registryWith('store', [{ ...flag, name: 'a.b' }]), /cannot be used/],
    ['a negation', registryWith('store', [{ ...flag, name: 'no-x' }]), /cannot be used/],
    ['constructor', registryWith('store', [{ ...flag, name: 'constructor' }]), /cannot be used/],
    ['no plugin for a default', { ...sampleRegistry, csr: [] }, /the default of --csr is rsa, which is no plugin/],
    [
      'no plugin for the default on Windows',
      { ...sampleRegistry, store: sampleRegistry.store.filter(({ name }) => name !== 'certificatestore') },
      /the default of --store is certificatestore, which is no plugin/,
    ],
  ];
  for (const [what, registry, expected] of faults) {
    it(`refuses ${what} as a fault of the program`, () => {
      assert.throws(
        () => createOptionTable(registry),
        (error) => error instanceof WacsError && error.code === 'UnexpectedError' && expected.test(error.message),
      );
    });
  }
});
