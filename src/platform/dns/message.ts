import { decode, encode, RECURSION_DESIRED } from 'dns-packet';

/** Types that are asked for. */
export type QuestionType = 'A' | 'AAAA' | 'CNAME' | 'NS' | 'SOA' | 'TXT';

/** One question. */
export interface Question {
  /** Lower case, without a final dot. */
  readonly name: string;
  readonly type: QuestionType;
}

/** A resource record as far as it is used; names in lower case, without a final dot. */
export interface DnsRecord {
  readonly type: QuestionType;
  readonly name: string;
  /** Target of CNAME and NS, address of A and AAAA, the joined strings of TXT; empty for SOA. */
  readonly value: string;
}

/** A reply that could be read. */
export interface DnsAnswer {
  /** Response code by its name in the IANA registry, such as `NXDOMAIN`. */
  readonly rcode: string;
  /** The server answers for the zone itself (flag AA). */
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** How a question is put. */
export interface QueryOptions {
  readonly id: number;
  /** Whether the server is to ask others. */
  readonly recursion: boolean;
  /** EDNS(0) (RFC 6891), for replies over 512 bytes by UDP. */
  readonly edns: boolean;
}

const opcodeFlags = 0x7800;
const truncatedFlag = 0x0200;
const authoritativeFlag = 0x0400;
/** No fragments on any usual path (dnsflagday.net 2020). */
const udpPayload = 1232;

const rcodes = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'],
  ...['YXDOMAIN', 'YXRRSET', 'NXRRSET', 'NOTAUTH', 'NOTZONE'],
];

/** Name of a response code (RFC 1035 section 4.1.1, RFC 2136 section 2.2). */
export function rcodeName(code: number): string {
  return rcodes[code] ?? `RCODE${code}`;
}

/** A query as it goes on the wire. */
export function encodeQuery({ name, type }: Question, { id, recursion, edns }: QueryOptions): Uint8Array {
  const opt = {
    name: '.',
    type: 'OPT',
    udpPayloadSize: udpPayload,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
  } as const;
  return encode({
    type: 'query',
    id,
    flags: recursion ? RECURSION_DESIRED : 0,
    questions: [{ name, type, class: 'IN' }],
    additionals: edns ? [{ ...opt, flag_do: false, options: [] }] : [],
  });
}

/** True for the beginning of a reply to the message with this id. */
export function isReplyTo(id: number, bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  return view.byteLength >= 12 && view.getUint16(0) === id && (view.getUint16(2) & 0x8000) !== 0;
}

/** True for a reply of which a part was left out (flag TC). */
export function isTruncated(bytes: Uint8Array): boolean {
  return (viewOf(bytes).getUint16(2) & truncatedFlag) !== 0;
}

/** Reads a reply. @throws Error when it is damaged, or answers another question. */
export function decodeAnswer(bytes: Uint8Array, question: Question): DnsAnswer {
  const flags = viewOf(bytes).getUint16(2);
  const packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const [asked] = packet.questions ?? [];
  // Some servers repeat no question when they report an error.
  const isOurs = asked === undefined || (asked.type === question.type && plainName(asked.name) === question.name);
  if ((flags & opcodeFlags) !== 0 || !isOurs) throw new Error('the reply is to another question');
  return {
    rcode: rcodeName(flags & 0xf),
    authoritative: (flags & authoritativeFlag) !== 0,
    answers: records(packet.answers),
    authorities: records(packet.authorities),
    additionals: records(packet.additionals),
  };
}

type Packet = ReturnType<typeof decode>;

function records(list: Packet['answers']): readonly DnsRecord[] {
  return (list ?? []).flatMap((record): DnsRecord[] => {
    const name = plainName(record.name);
    switch (record.type) {
      case 'CNAME':
      case 'NS':
        return [{ type: record.type, name, value: plainName(record.data) }];
      case 'A':
      case 'AAAA':
        return [{ type: record.type, name, value: record.data }];
      case 'SOA':
        return [{ type: 'SOA', name, value: '' }];
      case 'TXT':
        return [{ type: 'TXT', name, value: joined(record.data) }];
      default:
        return [];
    }
  });
}

/** A value over 255 bytes stands in several strings (RFC 7208 section 3.3 for the custom of joining them). */
function joined(data: string | Uint8Array | readonly (string | Uint8Array)[]): string {
  const parts = Array.isArray(data) ? data : [data];
  return Buffer.concat(parts.map((part) => Buffer.from(part))).toString('utf8');
}

/** Names have no case in the DNS (RFC 4343). */
function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
