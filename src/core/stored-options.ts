import { WacsError } from './errors.ts';
import type { Json } from './json.ts';
import type { PluginOptions } from './renewal.ts';

/** A text field of stored plugin options. @throws WacsError ConfigurationError when it is absent or no text. */
export function requiredText(options: PluginOptions, field: string): string {
  const value = optionalText(options, field);
  if (value !== undefined && value !== '') return value;
  throw invalidField(options, field, 'is missing');
}

/** A text field that may be absent. @throws WacsError ConfigurationError. */
export function optionalText(options: PluginOptions, field: string): string | undefined {
  const value = options[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalidField(options, field, `must be text, got ${kindOf(value)}`);
}

/** A list of texts; empty when absent. @throws WacsError ConfigurationError. */
export function textList(options: PluginOptions, field: string): readonly string[] {
  const value = options[field];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalidField(options, field, 'must be a list of texts');
}

/** An integer within bounds, or the default when absent. @throws WacsError ConfigurationError. */
export function integerField(
  options: PluginOptions,
  field: string,
  bounds: { min: number; max: number; fallback: number },
): number {
  const value = options[field];
  if (value === undefined || value === null) return bounds.fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value;
  throw invalidField(options, field, `must be a whole number from ${bounds.min} to ${bounds.max}`);
}

/** A flag; false when absent. @throws WacsError ConfigurationError. */
export function booleanField(options: PluginOptions, field: string): boolean {
  const value = options[field];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw invalidField(options, field, `must be true or false, got ${kindOf(value)}`);
}

function invalidField(options: PluginOptions, field: string, problem: string): WacsError {
  return new WacsError('ConfigurationError', `options of plugin "${options.plugin}": field "${field}" ${problem}`, {
    hint: 'Create the renewal again with the same --id, or correct the file by hand.',
  });
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
