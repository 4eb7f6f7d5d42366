import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRenewalInfoSource } from '../../src/acme/renewal-info.ts';
import { failureOf } from '../support/wacs-error.ts';
import { type FakeAnswer, problem } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const suggestedWindow = { start: '2026-04-01T00:00:00Z', end: '2026-04-03T00:00:00Z' };
const explanationURL = 'https://ca.test/incident';

function setUp(answer: FakeAnswer) {
  const { server, clock, transport } = createTransport();
  server.routes.set('/renewalInfo/aki.serial', answer);
  const source = createRenewalInfoSource(transport, clock);
  return { server, ask: () => source.getRenewalInfo('aki.serial') };
}

test('window and explanation are read with an unsigned request', async () => {
  const { server, ask } = setUp({ body: { suggestedWindow, explanationURL }, headers: { 'retry-after': '21600' } });
  assert.deepEqual(await ask(), {
    windowStart: new Date('2026-04-01T00:00:00Z'),
    windowEnd: new Date('2026-04-03T00:00:00Z'),
    explanationUrl: explanationURL,
    askAgainAt: new Date('2026-03-01T06:00:00Z'),
  });
  assert.deepEqual([server.signed.length, server.countOf('/newNonce')], [0, 0]);
});

const intervals: [string | undefined, string][] = [
  [undefined, '2026-03-01T06:00:00Z'],
  ['nonsense', '2026-03-01T06:00:00Z'],
  ['7200', '2026-03-01T02:00:00Z'],
  ['0', '2026-03-01T00:01:00Z'],
  ['Sun, 22 Feb 2026 00:00:00 GMT', '2026-03-01T00:01:00Z'],
  ['999999999', '2026-03-02T00:00:00Z'],
];

for (const [retryAfter, expected] of intervals) {
  test(`with Retry-After ${retryAfter} the CA is asked again at ${expected}`, async () => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const info = await setUp({ body: { suggestedWindow }, headers }).ask();
    assert.deepEqual(info?.askAgainAt, new Date(expected));
  });
}

test('a CA whose directory has no renewal information is not asked', async () => {
  const { server, ask } = setUp({ body: { suggestedWindow } });
  server.directory = { ...server.directory, renewalInfo: undefined };
  assert.equal(await ask(), undefined);
  assert.equal(server.countOf('/renewalInfo/aki.serial'), 0);
});

const broken: [string, unknown][] = [
  ['ends before it starts', { suggestedWindow: { start: suggestedWindow.end, end: suggestedWindow.start } }],
  ['ends when it starts', { suggestedWindow: { start: suggestedWindow.start, end: suggestedWindow.start } }],
  ['has no end', { suggestedWindow: { start: suggestedWindow.start } }],
  ['has no dates', { suggestedWindow: { start: 'soon', end: 'later' } }],
  ['is no JSON', '<html>'],
];

for (const [what, body] of broken) {
  test(`a window that ${what} is refused`, () => failureOf(setUp({ body }).ask(), 'AcmeError').then(() => undefined));
}

test('a refusal says what was asked and keeps the problem', async () => {
  const failure = await failureOf(setUp(problem('malformed', 404)).ask(), 'AcmeError');
  assert.match(failure.message, /^asking for renewal information: malformed it is/);
  assert.ok(failure.details.problem);
});

test('a CA that leaves three questions in a row unanswered is left alone for the rest of the run', async () => {
  const { server, ask } = setUp({ status: 503 });
  for (let question = 1; question <= 6; question++) await failureOf(ask(), 'AcmeUnreachable');
  assert.equal(server.countOf('/renewalInfo/aki.serial'), 3);
});

test('an answer in between, or a refusal, shows that the CA is there', async () => {
  const { server, ask } = setUp({ status: 503 });
  const down: FakeAnswer = { status: 503 };
  const answer: FakeAnswer = { body: { suggestedWindow } };
  const refused: FakeAnswer = { status: 404 };
  server.routes.set('/renewalInfo/aki.serial', [down, down, answer, down, down, refused, down, answer]);
  for (const code of ['AcmeUnreachable', 'AcmeUnreachable'] as const) await failureOf(ask(), code);
  assert.ok(await ask());
  for (const code of ['AcmeUnreachable', 'AcmeUnreachable', 'AcmeError', 'AcmeUnreachable'] as const)
    await failureOf(ask(), code);
  assert.ok(await ask());
});
