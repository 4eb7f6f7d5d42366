import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type DnsClient, isWithin, nameInZone, type TxtRecord } from '../../src/core/dns.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import { createDnsValidation, dnsRefusal } from '../../src/plugins/validation/dns-validation.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';

/** A DNS service in memory, in which everything takes a while. */
function createService(aliases: Readonly<Record<string, string>> = {}) {
  const values = new Map<string, string[]>();
  const events: string[] = [];
  const busy = new Set<string>();
  const log = createMemoryLog();
  const { signal } = new AbortController();
  const refuse = async (): Promise<never> => assert.fail('nobody asks for it');
  const state = { refuses: false, shows: true };
  const dns: DnsClient = {
    followAliases: async (name) => aliases[name] ?? name,
    findZone: refuse,
    exchange: refuse,
    readTxt: refuse,
    async waitForTxt({ name, value }) {
      events.push(`wait ${name}`);
      assert.ok(values.get(name)?.includes(value), 'looked for before it was made');
      if (!state.shows) throw new WacsError('ValidationSetupError', 'the servers do not show it');
    },
  };
  const change = async (name: string, next: (before: string[]) => string[]): Promise<void> => {
    assert.ok(!busy.has(name), `two calls for ${name} at once`);
    busy.add(name);
    const before = values.get(name) ?? [];
    await new Promise((resolve) => setTimeout(resolve, 5));
    values.set(name, next(before));
    busy.delete(name);
  };
  const provider = {
    async createTxt({ name, value }: TxtRecord, identifier: Identifier) {
      events.push(`create ${name} for ${identifier.value}`);
      await change(name, (before) => [...before.filter((one) => one !== value), value]);
      if (state.refuses) throw new WacsError('ValidationSetupError', 'the service answers with an error');
    },
    async deleteTxt({ name, value }: TxtRecord) {
      events.push(`delete ${name}`);
      await change(name, (before) => before.filter((one) => one !== value));
    },
  };
  return { values, events, state, log, create: () => createDnsValidation(provider, { dns, log, signal }) };
}

const task = (value: string, token = value) => ({
  identifier: { type: 'dns', value } as const,
  token,
  keyAuthorization: `${token}.thumbprint`,
});
const digest = (token: string) => createHash('sha256').update(`${token}.thumbprint`).digest('base64url');

test('the record has the digest of the key authorization, and is gone after cleanUp', async () => {
  const service = createService();
  const plugin = service.create();
  await plugin.prepare(task('a.test', 'token'));
  assert.deepEqual([...service.values], [['_acme-challenge.a.test', [digest('token')]]]);
  await plugin.cleanUp(task('a.test', 'token'));
  assert.deepEqual([...service.values.values()].flat(), []);
});

test('a wildcard and its apex have two values at one name; calls for one name never overlap', async () => {
  const service = createService();
  const plugin = service.create();
  const tasks = [task('a.test', 'one'), task('*.a.test', 'two')];
  await Promise.all(tasks.map((one) => plugin.prepare(one)));
  assert.deepEqual(service.values.get('_acme-challenge.a.test'), [digest('one'), digest('two')]);
  await Promise.all(tasks.map((one) => plugin.cleanUp(one)));
  assert.deepEqual(service.values.get('_acme-challenge.a.test'), []);
});

test('the record is made where a CNAME leads', async () => {
  const service = createService({ '_acme-challenge.a.test': 'a.acme.example.net' });
  const plugin = service.create();
  await plugin.prepare(task('a.test'));
  await plugin.cleanUp(task('a.test'));
  assert.deepEqual(service.events, [
    ...['create a.acme.example.net for a.test', 'wait a.acme.example.net', 'delete a.acme.example.net'],
  ]);
  assert.ok(service.log.lines.some((line) => line.includes('leads to a.acme.example.net')));
});

test('two renewals with one authorization: the record stays until both are done with it', async () => {
  const service = createService();
  const [first, second] = [service.create(), service.create()];
  await Promise.all([first.prepare(task('a.test')), second.prepare(task('a.test'))]);
  await first.cleanUp(task('a.test'));
  assert.deepEqual(service.values.get('_acme-challenge.a.test'), [digest('a.test')]);
  await second.cleanUp(task('a.test'));
  assert.deepEqual(service.values.get('_acme-challenge.a.test'), []);
});

for (const trouble of [{ refuses: true }, { shows: false }]) {
  test(`what was made is removed although prepare failed: ${JSON.stringify(trouble)}`, async () => {
    const service = createService();
    Object.assign(service.state, trouble);
    const plugin = service.create();
    await failureOf(plugin.prepare(task('a.test')), 'ValidationSetupError');
    await plugin.cleanUp(task('a.test'));
    assert.deepEqual(service.values.get('_acme-challenge.a.test'), []);
  });
}

test('addresses, and names that leave no room for _acme-challenge, are refused', () => {
  const long = `${'a'.repeat(59)}.${'b'.repeat(59)}.${'c'.repeat(59)}.${'d'.repeat(53)}.test`;
  assert.equal(long.length, 238);
  assert.match(dnsRefusal({ type: 'ip', value: '192.0.2.1' }) ?? '', /http-01/);
  for (const prefix of ['', '*.']) {
    assert.equal(dnsRefusal({ type: 'dns', value: `${prefix}${long.slice(1)}` }), undefined);
    assert.match(dnsRefusal({ type: 'dns', value: `${prefix}${long}` }) ?? '', /more than 253/);
  }
});

test('a name in its zone', () => {
  assert.equal(nameInZone('_acme-challenge.www.example.com', 'example.com'), '_acme-challenge.www');
  assert.equal(nameInZone('example.com', 'example.com'), '@');
  assert.equal(nameInZone('notexample.com', 'example.com'), 'notexample.com');
  assert.ok(isWithin('a.example.com', 'example.com') && isWithin('example.com', 'example.com'));
  assert.ok(!isWithin('notexample.com', 'example.com') && isWithin('com', ''));
});
