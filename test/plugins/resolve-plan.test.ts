import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { createPlanResolver } from '../../src/plugins/resolve-plan.ts';
import { realServices } from '../contract/plugin-samples.ts';
import { renewal } from '../core/samples.ts';
import { failureOf } from '../support/wacs-error.ts';

const resolver = createPlanResolver(pluginRegistry, realServices());
const { plan } = renewal();
const whole = {
  ...plan,
  source: { plugin: 'manual', hosts: ['a.test'] },
  store: [
    { plugin: 'pfxfile', path: '/x' },
    { plugin: 'pemfiles', path: '/y' },
  ],
};

test('a plan becomes plugins, stores and installations by name and in order', async () => {
  assert.equal((await resolver.source(whole).readTarget()).commonName.value, 'a.test');
  assert.equal((await resolver.order(whole).split(await resolver.source(whole).readTarget())).length, 1);
  assert.equal(resolver.csr(whole)?.key.type, 'ec');
  assert.equal(resolver.validation(whole).challengeType, 'http-01');
  assert.deepEqual(
    [...resolver.stores(whole), ...resolver.installations(whole)].map(({ name }) => name),
    ['pfxfile', 'pemfiles', 'none'],
  );
});

test('a plugin this version does not have is named with its family and those it has', async () => {
  const unknown = { ...whole, store: [{ plugin: 'keyvault' }] };
  const failure = await failureOf(() => resolver.stores(unknown), 'ConfigurationError');
  assert.match(failure.message, /store plugin "keyvault"/);
  assert.match(failure.hint ?? '', /pemfiles, pfxfile/);
});
