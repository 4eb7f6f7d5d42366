import type { TxtRecord } from '../../../core/dns.ts';
import { dnsClass, dnsType, nameBytes, textBytes, uint16, uint32 } from './wire.ts';

/**
 * Seconds that others may remember the record: a resolver of the CA that has seen one value of a name must not overlook
 * the next one, and the record lives for seconds anyway.
 */
const timeToLive = 1;
const updateOpcode = 5 << 11;

/** A question for the SOA at a name, to be answered by the server itself (RFC 1035 section 4.1). */
export function soaQuestion(id: number, name: string): Buffer {
  return Buffer.concat([uint16(id, 0, 1, 0, 0, 0), nameBytes(name), uint16(dnsType.soa, dnsClass.in)]);
}

/** Adds one value to the TXT records of a name (RFC 2136 section 2.5.1); nothing changes when it is there. */
export function additionOf(id: number, zone: string, record: TxtRecord): Buffer {
  return update(id, zone, record, { recordClass: dnsClass.in, ttl: timeToLive });
}

/** Removes one value from the TXT records of a name (RFC 2136 section 2.5.4); nothing changes when it is not there. */
export function removalOf(id: number, zone: string, record: TxtRecord): Buffer {
  return update(id, zone, record, { recordClass: dnsClass.none, ttl: 0 });
}

function update(
  id: number,
  zone: string,
  { name, value }: TxtRecord,
  { recordClass, ttl }: { readonly recordClass: number; readonly ttl: number },
): Buffer {
  const data = textBytes(value);
  return Buffer.concat([
    uint16(id, updateOpcode, 1, 0, 1, 0),
    nameBytes(zone),
    uint16(dnsType.soa, dnsClass.in),
    nameBytes(name),
    uint16(dnsType.txt, recordClass),
    uint32(ttl),
    uint16(data.length),
    data,
  ]);
}
