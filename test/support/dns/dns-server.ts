import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** A question as a test server sees it; the name as it was asked. */
export interface AskedQuestion extends Question {
  readonly transport: 'udp' | 'tcp';
  /** Whether the server is to ask others. */
  readonly recursion: boolean;
  readonly edns: boolean;
  /** The whole message. */
  readonly bytes: Buffer;
}

/** What a test server says. */
export interface TestReply {
  readonly rcode?: number;
  readonly authoritative?: boolean;
  readonly truncated?: boolean;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
  /** In place of the question that was asked. */
  readonly question?: Question;
  /** In place of everything: what goes on the wire. */
  readonly raw?: Uint8Array;
}

/** What a server does with a question; undefined: nothing. */
export type Answering = (question: AskedQuestion) => TestReply | undefined;

/** A DNS server in this process, UDP and TCP. */
export interface TestDnsServer {
  readonly address: string;
  readonly port: number;
  /** Everything it was asked. */
  readonly asked: readonly AskedQuestion[];
  /** What it says from now on. */
  answering: Answering;
}

/** What a test server is. */
export interface TestDnsServerOptions {
  /** An address of this machine; default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: both. */
  readonly transports?: readonly ('udp' | 'tcp')[];
}

/** Starts a server; it is gone when the test ends. */
export async function startDnsServer(
  t: TestContext,
  answering: Answering,
  options: TestDnsServerOptions = {},
): Promise<TestDnsServer> {
  const { address = '127.0.0.1', transports = ['udp', 'tcp'] } = options;
  const asked: AskedQuestion[] = [];
  const server: TestDnsServer & { port: number } = { address, port: options.port ?? 0, asked, answering };
  const reply = (bytes: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined => {
    const query = decode(bytes);
    const [first] = query.questions ?? [];
    if (first === undefined) return undefined;
    const edns = (query.additionals ?? []).some(({ type }) => type === 'OPT');
    const question = { ...first, transport, recursion: query.flag_rd, edns, bytes };
    asked.push(question);
    const answer = server.answering(question);
    return answer === undefined ? undefined : encodeReply(query, answer);
  };
  if (transports.includes('tcp')) server.port = await listenTcp(t, server, reply);
  if (transports.includes('udp')) server.port = await listenUdp(t, server, reply);
  return server;
}

type Respond = (bytes: Buffer, transport: 'udp' | 'tcp') => Buffer | undefined;
type Place = Pick<TestDnsServer, 'address' | 'port'>;

async function listenUdp(t: TestContext, { address, port }: Place, respond: Respond): Promise<number> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (bytes, from) => {
    const reply = respond(bytes, 'udp');
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket.address().port;
}

async function listenTcp(t: TestContext, { address, port }: Place, respond: Respond): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      const reply = respond(bytes.subarray(2), 'tcp');
      if (reply === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      // In two pieces, as networks do it.
      socket.write(Buffer.concat([length, reply.subarray(0, 5)]));
      setTimeout(() => socket.write(reply.subarray(5)), 5);
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function encodeReply(query: Packet, reply: TestReply): Buffer {
  if (reply.raw !== undefined) return Buffer.from(reply.raw);
  const flags = [
    [reply.authoritative, AUTHORITATIVE_ANSWER],
    [reply.truncated, TRUNCATED_RESPONSE],
    [reply.authoritative !== true, RECURSION_AVAILABLE],
  ] as const;
  return encode({
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: flags.reduce((sum, [on, flag]) => sum | (on === true ? flag : 0), reply.rcode ?? 0),
    questions: reply.question === undefined ? (query.questions ?? []) : [reply.question],
    answers: [...(reply.answers ?? [])],
    authorities: [...(reply.authorities ?? [])],
    additionals: [...(reply.additionals ?? [])],
  });
}
