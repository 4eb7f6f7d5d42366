import { UnreadableReply } from '../dns-api.ts';
import { requireText, textAt, valueAt } from '../dns-api-reply.ts';
import { elementsAt, escapeXml } from './xml.ts';

const xmlNamespace = 'https://route53.amazonaws.com/doc/2013-04-01/';
/** Of a record set that is made here, in seconds: nobody needs to remember it. */
const timeToLive = 1;

/** The TXT record set of one name; values are in quotation marks, as the zone has them. */
export interface RecordSet {
  readonly ttl: string;
  readonly values: readonly string[];
}

/** A record set without values, as one that does not exist is begun with. */
export const emptyRecordSet: RecordSet = { ttl: String(timeToLive), values: [] };

/** A value in the form of RFC 1035. */
export function quoted(value: string): string {
  return `"${value}"`;
}

/**
 * The TXT record set of a name in an answer of ListResourceRecordSets, which begins with it and goes on with others.
 * @returns undefined when there is none; `special` when its values depend on who asks, or are those of another name
 */
export function readRecordSet(reply: unknown, name: string): RecordSet | 'special' | undefined {
  const [only, ...more] = elementsAt(
    reply,
    'ListResourceRecordSetsResponse',
    'ResourceRecordSets',
    'ResourceRecordSet',
  ).filter((set) => textAt(set, 'Name')?.toLowerCase() === `${name}.` && textAt(set, 'Type') === 'TXT');
  if (only === undefined) return undefined;
  const isSpecial = valueAt(only, 'SetIdentifier') !== undefined || valueAt(only, 'AliasTarget') !== undefined;
  if (isSpecial || more.length > 0) return 'special';
  const values = elementsAt(only, 'ResourceRecords', 'ResourceRecord').map((record) => requireText(record, 'Value'));
  return { ttl: requireText(only, 'TTL'), values };
}

/** The body of ChangeResourceRecordSets for one record set. */
export function changeBody(action: 'UPSERT' | 'DELETE', name: string, { ttl, values }: RecordSet): string {
  const records = values.map((value) => `<ResourceRecord><Value>${escapeXml(value)}</Value></ResourceRecord>`).join('');
  const set = `<Name>${escapeXml(`${name}.`)}</Name><Type>TXT</Type><TTL>${escapeXml(ttl)}</TTL><ResourceRecords>${records}</ResourceRecords>`;
  const change = `<Change><Action>${action}</Action><ResourceRecordSet>${set}</ResourceRecordSet></Change>`;
  return `<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest xmlns="${xmlNamespace}"><ChangeBatch><Changes>${change}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
}

/** A change as Route 53 reports it. */
export interface ChangeInfo {
  readonly id: string;
  readonly inSync: boolean;
}

/** The change in an answer of ChangeResourceRecordSets or GetChange. @throws UnreadableReply. */
export function readChange(reply: unknown, operation: 'ChangeResourceRecordSets' | 'GetChange'): ChangeInfo {
  const path = [`${operation}Response`, 'ChangeInfo'];
  const status = requireText(reply, ...path, 'Status');
  if (status !== 'PENDING' && status !== 'INSYNC') throw new UnreadableReply(`the status "${status}" is not known`);
  return { id: requireText(reply, ...path, 'Id').replace(/^\/change\//, ''), inSync: status === 'INSYNC' };
}
