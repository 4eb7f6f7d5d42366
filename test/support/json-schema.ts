import assert from 'node:assert/strict';

/** A schema of draft-07, as far as `assertFits` reads it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

type Check = (given: unknown, value: unknown, at: string, schema: JsonSchema) => string[];

const none: Check = () => [];

/** JSON Schema Validation, draft-07, section 6; what says nothing about values is listed too, so that nothing is overlooked. */
const keywords: Readonly<Record<string, Check>> = {
  ...{ $schema: none, title: none, description: none, default: none },
  type: (types, value, at) =>
    [types].flat().some((type) => isType(value, String(type))) ? [] : [`${at} is not ${String(types)}`],
  enum: (values, value, at) => ((values as unknown[]).includes(value) ? [] : [`${at} is not in the list`]),
  const: (wished, value, at) => (wished === value ? [] : [`${at} is not ${String(wished)}`]),
  minimum: (least, value, at) => (typeof value === 'number' && value < Number(least) ? [`${at} is too small`] : []),
  maximum: (most, value, at) => (typeof value === 'number' && value > Number(most) ? [`${at} is too large`] : []),
  pattern: (pattern, value, at) =>
    typeof value === 'string' && !new RegExp(String(pattern), 'u').test(value) ? [`${at} is spelt otherwise`] : [],
  format(format, value, at) {
    assert.equal(format, 'uri', 'a format that nobody checks here');
    return typeof value === 'string' && !URL.canParse(value) ? [`${at} is no address`] : [];
  },
  anyOf: (schemas, value, at) =>
    (schemas as JsonSchema[]).some((schema) => faultsOf(schema, value, at).length === 0) ? [] : [`${at} fits none`],
  minItems: (least, value, at) => (Array.isArray(value) && value.length < Number(least) ? [`${at} is too short`] : []),
  items: (schema, value, at) =>
    Array.isArray(value) ? value.flatMap((item, index) => faultsOf(schema as JsonSchema, item, `${at}.${index}`)) : [],
  properties: (properties, value, at) =>
    isType(value, 'object')
      ? Object.entries(properties as Record<string, JsonSchema>).flatMap(([name, schema]) =>
          Object.hasOwn(value as object, name)
            ? faultsOf(schema, (value as Record<string, unknown>)[name], `${at}.${name}`)
            : [],
        )
      : [],
};

/** What of a value does not fit a schema; empty when it fits. A keyword that is not known here fails the test. */
export function faultsOf(schema: JsonSchema, value: unknown, at = '$'): string[] {
  return Object.entries(schema).flatMap(([keyword, given]) => {
    const check = keywords[keyword];
    assert.ok(check, `the keyword ${keyword} at ${at}`);
    return check(given, value, at, schema);
  });
}

function isType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
