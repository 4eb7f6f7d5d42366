import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Answer, decode, encode } from 'dns-packet';
import { type AskedQuestion, startDnsServer, type TestDnsServerOptions, type TestReply } from './dns-server.ts';

/** A key as a server has it. */
export interface ServerKey {
  readonly name: string;
  /** As on the wire, such as `hmac-sha256`. */
  readonly algorithm: string;
  /** As `node:crypto` calls it. */
  readonly hash: string;
  readonly secret: Buffer;
}

/** How the server behaves; tests change it while it runs. */
export interface UpdateServerMood {
  /** Response code of every update in place of doing it. */
  rcode: number;
  /** Seconds by which its clock is ahead. */
  ahead: number;
  /** Whether and how replies are signed. */
  signs: 'rightly' | 'wrongly' | 'never';
  /** Whether it answers for its zones; if not, it only remembers them. */
  authoritative: boolean;
}

/** A primary server that takes updates signed with one key. */
export interface UpdateServer {
  readonly address: string;
  readonly port: number;
  /** Values of TXT records by name. */
  readonly values: Map<string, string[]>;
  readonly mood: UpdateServerMood;
  /** Transports of the updates it was sent. */
  readonly updates: ('udp' | 'tcp')[];
}

const badSig = 16;
const badKey = 17;
const badTime = 18;
const notAuth = 9;
const notZone = 10;

/** Starts a server for these zones; it is gone when the test ends. */
export async function startUpdateServer(
  t: TestContext,
  zones: readonly string[],
  key: ServerKey,
  options: TestDnsServerOptions = {},
): Promise<UpdateServer> {
  const values = new Map<string, string[]>();
  const mood: UpdateServerMood = { rcode: 0, ahead: 0, signs: 'rightly', authoritative: true };
  const updates: ('udp' | 'tcp')[] = [];
  const server = await startDnsServer(t, (question) => ({ raw: answer(question) }), options);
  return { address: server.address, port: server.port, values, mood, updates };

  function answer(question: AskedQuestion): Buffer {
    const signature = readTsig(question.bytes);
    const now = Math.floor(Date.now() / 1000) + mood.ahead;
    const failed = signature === undefined ? badKey : verify(question.bytes, signature, now);
    const isUpdate = question.bytes.readUInt16BE(2) >> 11 === 5;
    if (isUpdate) updates.push(question.transport);
    const reply = failed !== 0 ? { rcode: notAuth } : isUpdate ? update(question) : soa(question);
    const plain = encodeReply(question, reply);
    if (mood.signs === 'never' || signature === undefined) return plain;
    const other = failed === badTime ? uint48(now) : Buffer.alloc(0);
    const unsigned = failed === badSig || failed === badKey;
    return sign(plain, {
      mac: signature.mac,
      seconds: failed === badTime ? signature.seconds : now,
      error: failed,
      other,
      unsigned,
    });
  }

  function verify(message: Buffer, signature: Tsig, now: number): number {
    if (signature.name !== key.name || signature.algorithm !== key.algorithm) return badKey;
    const stripped = Buffer.from(message.subarray(0, signature.start));
    stripped.writeUInt16BE(stripped.readUInt16BE(10) - 1, 10);
    const mac = hmac([stripped, timers(signature.seconds, 0, Buffer.alloc(0))]);
    if (mac.length !== signature.mac.length || !timingSafeEqual(mac, signature.mac)) return badSig;
    return Math.abs(now - signature.seconds) > 300 ? badTime : 0;
  }

  function soa({ name }: AskedQuestion): TestReply {
    const zone = zones.find((one) => name.toLowerCase() === one || name.toLowerCase().endsWith(`.${one}`));
    if (zone === undefined) return { rcode: 5 };
    const record: Answer = { name: zone, type: 'SOA', data: { mname: 'ns.test', rname: 'admin.test' } };
    const { authoritative } = mood;
    return name === zone ? { authoritative, answers: [record] } : { authoritative, rcode: 3, authorities: [record] };
  }

  function update({ bytes }: AskedQuestion): TestReply {
    if (mood.rcode !== 0) return { rcode: mood.rcode };
    const message = decode(bytes);
    const zone = message.questions?.[0]?.name ?? '';
    if (!zones.includes(zone)) return { rcode: notAuth };
    for (const record of message.authorities ?? []) {
      if (record.type !== 'TXT' || !record.name.endsWith(zone)) return { rcode: notZone };
      const value = Buffer.concat([record.data].flat().map((part) => Buffer.from(part))).toString();
      const others = (values.get(record.name) ?? []).filter((one) => one !== value);
      const isAddition = record.class === 'IN';
      values.set(record.name, isAddition ? [...others, value] : others);
      if (isAddition ? record.ttl === 0 : record.ttl !== 0) return { rcode: 1 };
    }
    return {};
  }

  interface Signing {
    readonly mac: Buffer;
    readonly seconds: number;
    readonly error: number;
    readonly other: Buffer;
    readonly unsigned: boolean;
  }

  function sign(plain: Buffer, { mac, seconds, error, other, unsigned }: Signing): Buffer {
    const prior = Buffer.concat([uint16(mac.length), mac]);
    const right = hmac([prior, plain, timers(seconds, error, other)]);
    const ours = unsigned ? Buffer.alloc(0) : mood.signs === 'wrongly' ? Buffer.from(right).fill(7) : right;
    const data = Buffer.concat([
      wireName(key.algorithm),
      uint48(seconds),
      uint16(300),
      uint16(ours.length),
      ours,
      plain.subarray(0, 2),
      uint16(error),
      uint16(other.length),
      other,
    ]);
    const record = Buffer.concat([
      wireName(key.name),
      uint16(250),
      uint16(255),
      Buffer.alloc(4),
      uint16(data.length),
      data,
    ]);
    const whole = Buffer.concat([plain, record]);
    whole.writeUInt16BE(plain.readUInt16BE(10) + 1, 10);
    return whole;
  }

  function timers(seconds: number, error: number, other: Buffer): Buffer {
    const names = [wireName(key.name), uint16(255), Buffer.alloc(4), wireName(key.algorithm)];
    return Buffer.concat([...names, uint48(seconds), uint16(300), uint16(error), uint16(other.length), other]);
  }

  function hmac(parts: readonly Buffer[]): Buffer {
    return createHmac(key.hash, key.secret).update(Buffer.concat(parts)).digest();
  }
}

interface Tsig {
  readonly start: number;
  readonly name: string;
  readonly algorithm: string;
  readonly seconds: number;
  readonly mac: Buffer;
}

/** The signature at the end of a request, whose names are not compressed. */
function readTsig(message: Buffer): Tsig | undefined {
  const record = decode(message).additionals?.at(-1);
  if (record?.type !== 'TSIG') return undefined;
  const { data } = record;
  const nameEnd = data.indexOf(0) + 1;
  const macLength = data.readUInt16BE(nameEnd + 8);
  return {
    start: message.length - data.length - 10 - wireName(record.name).length,
    name: record.name,
    algorithm: decodeName(data),
    seconds: data.readUIntBE(nameEnd, 6),
    mac: data.subarray(nameEnd + 10, nameEnd + 10 + macLength),
  };
}

function decodeName(data: Buffer): string {
  const labels: string[] = [];
  for (let at = 0; data[at] !== 0; at += (data[at] ?? 0) + 1)
    labels.push(data.toString('latin1', at + 1, at + 1 + (data[at] ?? 0)));
  return labels.join('.');
}

function encodeReply({ bytes, name, type }: AskedQuestion, reply: TestReply): Buffer {
  return encode({
    type: 'response',
    id: bytes.readUInt16BE(0),
    flags: (bytes.readUInt16BE(2) & 0x7800) | (reply.authoritative === true ? 0x0400 : 0) | (reply.rcode ?? 0),
    questions: [{ name, type, class: 'IN' }],
    answers: [...(reply.answers ?? [])],
    authorities: [...(reply.authorities ?? [])],
  });
}

function wireName(name: string): Buffer {
  const labels = name.toLowerCase().split('.');
  return Buffer.concat([...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.alloc(1)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
