import { toJsonSchema } from '@valibot/to-json-schema';
import { schemaVersion } from '../json-file.ts';
import { settingsSchema } from './schema.ts';

interface JsonSchema {
  [keyword: string]: unknown;
}

/**
 * The JSON schema (draft-07) of `settings.json`, which editors use for names, values and meanings. It accepts all that
 * wacs accepts and, where JSON Schema can say it, nothing else; names it does not have may stand there too.
 */
export function settingsJsonSchema(): object {
  const { $schema, properties, ...schema } = nullableMembers(converted());
  const own = { $schema: { type: 'string' }, schemaVersion: { const: schemaVersion } };
  return { $schema, title: 'settings.json of wacs', ...schema, properties: { ...own, ...(properties as object) } };
}

/** Checks that JSON Schema has no word for are left out: it accepts a little more there. */
function converted(): JsonSchema {
  return toJsonSchema(settingsSchema, { target: 'draft-07', typeMode: 'input', errorMode: 'ignore' }) as JsonSchema;
}

/** `null` means "not set" everywhere. */
function nullableMembers(schema: JsonSchema): JsonSchema {
  const properties = schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
  const { required: _, scope: __, secret: ___, defaultText: ____, default: fallback, ...own } = schema;
  if (properties === undefined) return { ...own, ...(fallback === undefined ? {} : { default: fallback }) };
  const members = Object.entries(properties).map(([name, member]) => [name, nullable(nullableMembers(member))]);
  return { ...own, properties: Object.fromEntries(members) };
}

function nullable(schema: JsonSchema): JsonSchema {
  if (Array.isArray(schema.anyOf)) return schema;
  const { type, enum: values, ...rest } = schema;
  return {
    type: [type, 'null'],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
    ...rest,
  };
}
