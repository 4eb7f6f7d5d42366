import type { Json } from '../../../core/json.ts';
import { UnreadableReply } from '../dns-api.ts';
import { listAt, requireText, valueAt } from '../dns-api-reply.ts';

/** Of a record set that is made here, in seconds: nobody needs to remember it. */
const timeToLive = 1;

/** The TXT record set of one name. */
export interface RecordSet {
  /** Version of what is there; undefined when there is none. */
  readonly etag: string | undefined;
  /** Each value with its strings, as the zone has them. */
  readonly records: readonly (readonly string[])[];
  readonly ttl: number;
  readonly metadata: Json | undefined;
}

/** A record set that does not exist yet. */
export const emptyRecordSet: RecordSet = { etag: undefined, records: [], ttl: timeToLive, metadata: undefined };

/** Reads a record set. @throws UnreadableReply. */
export function readRecordSet(reply: unknown): RecordSet {
  const ttl = valueAt(reply, 'properties', 'TTL');
  const metadata = valueAt(reply, 'properties', 'metadata');
  if (typeof ttl !== 'number') throw new UnreadableReply('it has no number "properties.TTL"');
  return {
    etag: requireText(reply, 'etag'),
    records: listAt(reply, 'properties', 'TXTRecords').map((record) => listAt(record, 'value').map(String)),
    ttl,
    metadata: isJson(metadata) ? metadata : undefined,
  };
}

/** The body that stores a record set with other values. */
export function recordSetBody({ ttl, metadata }: RecordSet, records: RecordSet['records']): string {
  const properties = { TTL: ttl, TXTRecords: records.map((value) => ({ value })) };
  return JSON.stringify({ properties: metadata === undefined ? properties : { ...properties, metadata } });
}

/** True when the record has the value, whichever way it is cut into strings. */
export function hasValue(record: readonly string[], value: string): boolean {
  return record.join('') === value;
}

/** Metadata are texts by name. */
function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
