import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSecrets, valueAt } from '../../src/core/plan-secrets.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';

const plan = {
  source: { plugin: 'manual', hosts: ['enc-host.test'] },
  order: { plugin: 'single' },
  validation: { plugin: 'selfhosting', pfxPassword: 'clear-not one of its fields' },
  csr: { plugin: 'ec' },
  store: [
    { plugin: 'pemfiles', path: 'clear-path', pemPassword: 'clear-a' },
    { plugin: 'pfxfile', pfxPassword: 'enc-b' },
    { plugin: 'pfxfile' },
    { plugin: 'pfxfile', pfxPassword: 5 },
  ],
  installation: [],
};

test('secrets are found by what plugins declare, not by how a text looks', () => {
  const { places, unknownPlugins } = planSecrets(plan, pluginRegistry);
  assert.deepEqual(places, [
    ['store', 0, 'pemPassword'],
    ['store', 1, 'pfxPassword'],
  ]);
  assert.deepEqual(unknownPlugins, []);
  assert.equal(valueAt(plan, ['store', 1, 'pfxPassword']), 'enc-b');
});

test('a plugin that is not known is named', () => {
  const { unknownPlugins } = planSecrets({ ...plan, validation: { plugin: 'later' }, csr: {} }, pluginRegistry);
  assert.deepEqual(unknownPlugins, ['validation later', 'csr undefined']);
});

test('a field within an object, and several plugins where there is mostly one', () => {
  const sftp = {
    ...{ name: 'sftp', description: '', options: [], secretFields: ['credential.password'], challengeTypes: [] },
    fromArguments: () => assert.fail(),
    create: () => assert.fail(),
  };
  const validation = [
    { plugin: 'sftp', credential: { password: 'clear-x' } },
    { plugin: 'sftp', credential: null },
  ];
  const { places } = planSecrets({ validation }, { ...pluginRegistry, validation: [sftp] });
  assert.deepEqual(places, [['validation', 0, 'credential', 'password']]);
});

test('whatever stands in place of a plan has no secrets', () => {
  for (const odd of [undefined, null, 5, 'x', [], { store: 'x' }, { store: [null] }])
    assert.deepEqual(planSecrets(odd, pluginRegistry).places, []);
  assert.equal(valueAt({ a: [] }, ['a', 'length']), 0);
  assert.equal(valueAt({}, ['constructor']), undefined);
});
