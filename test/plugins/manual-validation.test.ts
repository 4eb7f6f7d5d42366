import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpClient, HttpResponse } from '../../src/core/ports.ts';
import { createManualValidation, manualValidation } from '../../src/plugins/validation/manual/descriptor.ts';
import { createPerson } from '../contract/person.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { failureOf } from '../support/wacs-error.ts';

const task = (value: string, type: 'dns' | 'ip' = 'dns') => ({
  identifier: { type, value },
  token: 'token',
  keyAuthorization: 'token.thumbprint',
});

test('without anybody at the terminal it fails at once, before anything is ordered', async () => {
  for (const challengeType of ['dns-01', 'http-01']) {
    const create = () =>
      manualValidation.create({ plugin: 'manual', challengeType }, realServices({ interactive: false }));
    const failure = await failureOf(create, 'InputRequired');
    assert.match(failure.hint ?? '', /in a terminal; to renew unattended, .* another --validation/);
  }
});

test('the mode is kept', () => {
  const stored = (...args: string[]) => manualValidation.fromArguments(valuesOf('validation', 'manual', args), String);
  assert.deepEqual(stored(), { plugin: 'manual' });
  assert.deepEqual(stored('--validationmode', 'http-01'), { plugin: 'manual', challengeType: 'http-01' });
});

test('the record is shown in whole, waited for half an hour, and told again afterwards', async () => {
  const person = createPerson();
  const limits: (number | undefined)[] = [];
  const dns = {
    ...realServices().dns,
    followAliases: async (name: string) => name,
    waitForTxt: async (_: unknown, limitMs?: number) => void limits.push(limitMs),
  };
  const plugin = manualValidation.create({ plugin: 'manual' }, realServices({ log: person.log, dns }));
  assert.equal(plugin.challengeType, 'dns-01');
  await plugin.prepare(task('*.a.test'));
  assert.deepEqual(limits, [1_800_000]);
  const value = [...(person.records.get('_acme-challenge.a.test') ?? [])][0];
  assert.match(value ?? '', /^[\w-]{43}$/);
  assert.ok(person.log.lines.some((line) => line.includes('within 30 minutes')));
  await plugin.cleanUp(task('*.a.test'));
  const last = person.log.lines.at(-1) ?? '';
  assert.ok(last.includes(`*.a.test: the TXT record _acme-challenge.a.test "${value}" can be removed now`), last);
});

/** A web site that answers one after the other, and the last for ever. */
function setUp(...answers: readonly (Partial<HttpResponse> | Error)[]) {
  const person = createPerson();
  const clock = createFakeClock();
  const asked: string[] = [];
  const http: HttpClient = {
    async request({ url }) {
      const answer = answers[Math.min(asked.push(url) - 1, answers.length - 1)] ?? {};
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: Buffer.alloc(0), ...answer };
    },
  };
  const limits = { limitMs: 600_000, firstPauseMs: 1_000, longestPauseMs: 10_000 };
  const services = realServices({ log: person.log, http, clock });
  const plugin = createManualValidation(limits).create({ plugin: 'manual', challengeType: 'http-01' }, services);
  return { plugin, asked, person, clock };
}

const right = { body: Buffer.from('token.thumbprint\r\n') };

test('http-01: everything but the content is waited out', async () => {
  const { plugin, asked } = setUp(new Error('refused'), { status: 404 }, { body: Buffer.from('<html>') }, right);
  await plugin.prepare(task('a.test'));
  assert.deepEqual(asked, Array(4).fill('http://a.test/.well-known/acme-challenge/token'));
});

test('http-01: redirects are followed, as a CA does', async () => {
  const { plugin, asked } = setUp(
    { status: 301, headers: { location: '/elsewhere' } },
    { status: 302, headers: { location: 'https://b.test/x' } },
    right,
  );
  await plugin.prepare(task('2001:db8::1', 'ip'));
  assert.deepEqual(asked, [
    'http://[2001:db8::1]/.well-known/acme-challenge/token',
    'http://[2001:db8::1]/elsewhere',
    'https://b.test/x',
  ]);
});

for (const [answer, text] of [
  [{ status: 503 }, 'it answers with status 503'],
  [{ body: Buffer.from('other') }, 'it answers with another content'],
  [{ status: 301, headers: { location: '/again' } }, 'more than 10 redirects'],
  [new Error('cannot reach it'), 'cannot reach it'],
] as const) {
  test(`http-01: at the limit, ${text}`, async () => {
    const { plugin, person, clock } = setUp(answer);
    const startedAt = clock.now().getTime();
    const failure = await failureOf(plugin.prepare(task('a.test')), 'ValidationSetupError');
    assert.equal(
      failure.message,
      `http://a.test/.well-known/acme-challenge/token is not as it should be after 10 minutes: ${text}`,
    );
    assert.equal(clock.now().getTime() - startedAt, 600_000);
    const told = person.log.lines.filter((line) => line.includes(`still waiting`));
    assert.ok(told.length >= 7 && told.length <= 10, `${told.length} lines`);
    await plugin.cleanUp(task('a.test'));
    assert.match(person.log.lines.at(-1) ?? '', /the file \/\.well-known\/acme-challenge\/token can be removed now/);
  });
}
