import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { defaultSettings, readSettings } from '../../src/storage/settings.ts';
import { duePolicy, pluginDefaults, pollPolicy, retryPolicy, secondsOf } from '../../src/storage/settings-values.ts';
import { temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';

const files = createFileStore();

test('without a file, and with an empty one, the defaults hold', async (t) => {
  const path = join(temporaryFolder(t), 'settings.json');
  assert.deepEqual(await readSettings(path, files), defaultSettings());
  writeFileSync(path, '\uFEFF{}');
  assert.deepEqual(await readSettings(path, files), defaultSettings());
});

test('what is set counts, and the rest keeps its defaults', async (t) => {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, JSON.stringify({ ScheduledTask: { RenewalDays: 55 }, Acme: { RequestTimeout: 10, Unknown: 1 } }));
  const settings = await readSettings(path, files);
  assert.deepEqual(duePolicy(settings), { renewalDays: 55, disableServerSchedule: false });
  assert.deepEqual(retryPolicy(settings), { ...retryPolicy(defaultSettings()), requestTimeoutMs: 10_000 });
});

const invalid: [object, string][] = [
  [{ ScheduledTask: { RenewalDays: 0 } }, 'ScheduledTask.RenewalDays'],
  [{ ScheduledTask: { RenewalDays: '55' } }, 'ScheduledTask.RenewalDays'],
  [{ ScheduledTask: { StartBoundary: '25:00:00' } }, 'ScheduledTask.StartBoundary'],
  [{ ScheduledTask: { RandomDelay: '4h' } }, 'ScheduledTask.RandomDelay'],
  [{ Acme: { DefaultBaseUri: 'letsencrypt' } }, 'Acme.DefaultBaseUri'],
  [{ Acme: { RequestTimeout: 0 } }, 'Acme.RequestTimeout'],
  [{ Acme: { RequestAttempts: 1.5 } }, 'Acme.RequestAttempts'],
  [{ Acme: { LongestRetryAfter: 1e9 } }, 'Acme.LongestRetryAfter'],
  [{ Execution: { MaxConcurrency: 0 } }, 'Execution.MaxConcurrency'],
  [{ Csr: { Rsa: { KeyBits: 1024 } } }, 'Csr.Rsa.KeyBits'],
  [{ Csr: { Ec: { CurveName: 'secp521r1' } } }, 'Csr.Ec.CurveName'],
  [{ Script: { Timeout: -1 } }, 'Script.Timeout'],
  [{ Csr: 'ec' }, 'Csr'],
];

for (const [content, key] of invalid) {
  test(`an invalid ${key} is named with the file: ${JSON.stringify(content)}`, async (t) => {
    const path = join(temporaryFolder(t), 'settings.json');
    writeFileSync(path, JSON.stringify(content));
    const failure = await failureOf(readSettings(path, files), 'ConfigurationError');
    assert.ok(failure.message.includes(path) && failure.message.includes(`"${key}`), failure.message);
  });
}

test('the defaults are those of the design', () => {
  const settings = defaultSettings();
  assert.deepEqual(duePolicy(settings), { disableServerSchedule: false });
  assert.equal(retryPolicy(settings).longestWaitMs, 600_000);
  assert.ok(pollPolicy(settings).firstPauseMs <= pollPolicy(settings).timeoutMs);
  const { rsaKeyBits, ecCurve, scriptTimeoutMs } = pluginDefaults(settings);
  assert.deepEqual([rsaKeyBits, ecCurve, scriptTimeoutMs], [3072, 'P-384', 600_000]);
});

test('secondsOf reads a time span', () => {
  assert.deepEqual(['09:00:00', '04:30:15', '0:00:01'].map(secondsOf), [32_400, 16_215, 1]);
});
