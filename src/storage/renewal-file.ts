import * as v from 'valibot';
import type { Identifier } from '../core/identifier.ts';
import type { JsonObject } from '../core/json.ts';
import type { PluginOptions, Renewal } from '../core/renewal.ts';
import { dateSchema, formatStateFile, parseStateFile, versionField } from './json-file.ts';
import { parseNestedSettings } from './settings/layer.ts';

const pluginSchema = v.custom<PluginOptions>(isPluginOptions, 'must be an object with a "plugin"');

const identifierSchema = v.custom<Identifier>(isIdentifier, 'must have a "type" (dns or ip) and a "value"');

/** JSON can say infinity (1e999), but not write it again. */
const finite = v.pipe(v.number(), v.finite());

const certificateSchema = v.looseObject({
  thumbprint: v.string(),
  identifiers: v.array(identifierSchema),
  notBefore: dateSchema,
  notAfter: dateSchema,
  planKey: v.string(),
  renewalInfoId: v.exactOptional(v.string()),
  previous: v.exactOptional(
    v.looseObject({
      commonName: v.string(),
      friendlyName: v.string(),
      thumbprint: v.string(),
      notBefore: v.exactOptional(dateSchema),
      notAfter: v.exactOptional(dateSchema),
      revoked: v.exactOptional(v.boolean()),
    }),
  ),
  superseded: v.exactOptional(v.array(v.string())),
  deployed: v.boolean(),
  revoked: v.exactOptional(v.boolean()),
  retireKey: v.exactOptional(v.boolean()),
});

const renewalInfoSchema = v.looseObject({
  certificateId: v.string(),
  windowStart: v.exactOptional(dateSchema),
  windowEnd: v.exactOptional(dateSchema),
  selectedMoment: v.exactOptional(dateSchema),
  explanationUrl: v.exactOptional(v.string()),
  askAgainAt: dateSchema,
  hurried: v.exactOptional(v.boolean()),
  failures: v.exactOptional(finite),
});

const failuresSchema = v.looseObject({
  count: finite,
  lastAt: dateSchema,
  code: v.string(),
  message: v.string(),
  retryAt: v.exactOptional(dateSchema),
});

const stateSchema = v.looseObject({
  certificate: v.exactOptional(certificateSchema),
  renewalInfo: v.exactOptional(renewalInfoSchema),
  failures: v.exactOptional(failuresSchema),
});

const historySchema = v.looseObject({
  date: dateSchema,
  part: v.exactOptional(v.string()),
  result: v.picklist(['renewed', 'deployed', 'failed', 'revoked']),
  thumbprint: v.exactOptional(v.string()),
  notAfter: v.exactOptional(dateSchema),
  code: v.exactOptional(v.string()),
  message: v.exactOptional(v.string()),
});

const renewalSchema = v.looseObject({
  schemaVersion: versionField,
  id: v.string(),
  friendlyName: v.string(),
  plan: v.looseObject({
    source: pluginSchema,
    validation: pluginSchema,
    order: pluginSchema,
    csr: v.exactOptional(pluginSchema),
    store: v.array(pluginSchema),
    installation: v.array(pluginSchema),
    profile: v.exactOptional(v.string()),
    preferredIssuer: v.exactOptional(v.string()),
    account: v.exactOptional(v.string()),
  }),
  settings: v.exactOptional(v.custom<JsonObject>(isObject, 'must be sections in braces')),
  state: stateSchema,
  parts: v.exactOptional(v.array(v.looseObject({ name: v.string(), state: stateSchema }))),
  history: v.array(historySchema),
});

/**
 * A renewal from the text of its file, its own settings checked too.
 * @throws WacsError ConfigurationError naming file and line or field
 */
export function parseRenewalFile(path: string, text: string): Renewal {
  const renewal: Renewal = parseStateFile(path, text, renewalSchema);
  if (renewal.settings !== undefined) parseNestedSettings(path, renewal.settings, 'renewal');
  return renewal;
}

/** Text of a renewal's file. */
export function formatRenewalFile(renewal: Renewal): string {
  return formatStateFile(renewal);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPluginOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'plugin' in value && typeof value.plugin === 'string';
}

function isIdentifier(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('value' in value)) return false;
  return (value.type === 'dns' || value.type === 'ip') && typeof value.value === 'string';
}
