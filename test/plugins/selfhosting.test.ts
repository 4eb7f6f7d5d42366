import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfhostingValidation } from '../../src/plugins/validation/selfhosting.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { failureOf } from '../support/wacs-error.ts';

const stored = (...args: string[]) =>
  selfhostingValidation.fromArguments(valuesOf('validation', 'selfhosting', args), String);

test('each challenge and protocol has the port a CA comes to, unless another is given', () => {
  assert.deepEqual(stored(), { plugin: 'selfhosting', port: 80 });
  assert.deepEqual(stored('--validationprotocol', 'https'), { plugin: 'selfhosting', port: 443, https: true });
  const tls = { plugin: 'selfhosting', challengeType: 'tls-alpn-01' };
  assert.deepEqual(stored('--validationmode', 'tls-alpn-01'), { ...tls, port: 443 });
  assert.deepEqual(stored('--validationmode', 'TLS-ALPN-01', '--validationport', '8443'), { ...tls, port: 8443 });
  assert.throws(() => stored('--validationmode', 'tls-alpn-01', '--validationprotocol', 'https'), /cannot be combined/);
});

test('what is stored goes to the listener of its kind, with the ports of before where none is stored', async () => {
  const calls: unknown[][] = [];
  const note = (kind: string) => ({
    publish: async (...args: unknown[]) => void calls.push([kind, ...args]),
    withdraw: async () => undefined,
  });
  const services = realServices({ httpChallenges: note('http'), tlsChallenges: note('tls') });
  const identifier = { type: 'dns', value: 'a.test' } as const;
  for (const options of [{}, { port: 8080 }, { https: true }, { challengeType: 'tls-alpn-01' }]) {
    const plugin = selfhostingValidation.create({ plugin: 'selfhosting', ...options }, services);
    await plugin.prepare({ identifier, token: 'tok', keyAuthorization: 'tok.thumb' });
  }
  assert.deepEqual(calls, [
    ['http', 80, 'tok', 'tok.thumb', 'http'],
    ['http', 8080, 'tok', 'tok.thumb', 'http'],
    ['http', 443, 'tok', 'tok.thumb', 'https'],
    ['tls', 443, identifier, 'tok.thumb'],
  ]);
});

test('wildcards and challenge types it does not have are refused', async () => {
  for (const challengeType of ['http-01', 'tls-alpn-01']) {
    const plugin = selfhostingValidation.create({ plugin: 'selfhosting', challengeType }, realServices());
    assert.match(plugin.refusal({ type: 'dns', value: '*.a.test' }) ?? '', new RegExp(`not by ${challengeType}`));
    assert.equal(plugin.refusal({ type: 'ip', value: '192.0.2.1' }), undefined);
  }
  const create = () => selfhostingValidation.create({ plugin: 'selfhosting', challengeType: 'dns-01' }, realServices());
  await failureOf(create, 'ConfigurationError');
});
