import * as v from 'valibot';
import type { FileStore } from '../core/ports.ts';
import { readStateFile } from './json-file.ts';

const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

const timeSpan = v.pipe(
  v.string(),
  v.regex(/^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be hours, minutes and seconds, such as 09:00:00'),
);

const settingsSchema = v.looseObject({
  Acme: v.optional(
    v.looseObject({
      DefaultBaseUri: v.optional(v.pipe(v.string(), v.url()), 'https://acme-v02.api.letsencrypt.org/'),
      DefaultBaseUriTest: v.optional(v.pipe(v.string(), v.url()), 'https://acme-staging-v02.api.letsencrypt.org/'),
      PreferredIssuer: v.optional(v.nullable(v.string()), null),
      CertificateProfile: v.optional(v.nullable(v.string()), null),
      RequestTimeout: v.optional(wholeNumber(1, 600), 30),
      RequestAttempts: v.optional(wholeNumber(1, 20), 6),
      RequestFirstDelay: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(60)), 1),
      LongestRetryAfter: v.optional(wholeNumber(0, 3600), 600),
      PollTimeout: v.optional(wholeNumber(1, 3600), 300),
    }),
    {},
  ),
  Execution: v.optional(v.looseObject({ MaxConcurrency: v.optional(wholeNumber(1, 100), 5) }), {}),
  ScheduledTask: v.optional(
    v.looseObject({
      RenewalDays: v.optional(v.nullable(wholeNumber(1, 3650)), null),
      StartBoundary: v.optional(timeSpan, '09:00:00'),
      RandomDelay: v.optional(timeSpan, '04:00:00'),
      ExecutionTimeLimit: v.optional(timeSpan, '02:00:00'),
      CommandTimeout: v.optional(wholeNumber(1, 300), 60),
    }),
    {},
  ),
  Csr: v.optional(
    v.looseObject({
      Rsa: v.optional(v.looseObject({ KeyBits: v.optional(v.picklist([2048, 3072, 4096]), 3072) }), {}),
      Ec: v.optional(v.looseObject({ CurveName: v.optional(v.picklist(['secp256r1', 'secp384r1']), 'secp384r1') }), {}),
    }),
    {},
  ),
  Script: v.optional(v.looseObject({ Timeout: v.optional(wholeNumber(1, 86_400), 600) }), {}),
});

/** Settings of all runs, with defaults filled in; times in seconds unless a name says otherwise. */
export type Settings = v.InferOutput<typeof settingsSchema>;

/** Reads `settings.json`; without the file, the defaults. @throws WacsError ConfigurationError naming file and line or field. */
export async function readSettings(path: string, files: FileStore): Promise<Settings> {
  return (await readStateFile(files, path, settingsSchema)) ?? defaultSettings();
}

/** The settings without a file. */
export function defaultSettings(): Settings {
  return v.parse(settingsSchema, {});
}
