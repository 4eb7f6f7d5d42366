import { getRawPointer } from 'node:ffi';
import type { ChallengeAnswer, ChallengeRequest } from '../challenge-listener.ts';
import { contentTypeOf } from '../challenge-listener.ts';
import { nativeBuffer } from './library.ts';

/** Offsets of x64 and ARM64 in HTTP_REQUEST_V1. */
const request = { id: 16, verb: 36, pathLength: 68, path: 88, remoteAddress: 104 };
/** Offsets in HTTP_RESPONSE_V1; known headers are pairs of a length and a pointer. */
const response = {
  size: 552,
  major: 4,
  minor: 6,
  status: 8,
  reasonLength: 10,
  reason: 16,
  contentTypeLength: 248,
  contentType: 256,
  chunkCount: 536,
  chunks: 544,
};
/** Offsets in HTTP_DATA_CHUNK of type 0, memory. */
const chunk = { type: 0, buffer: 8, length: 16 };
/** HTTP_VERB. */
const verbs: Readonly<Record<number, string>> = { 4: 'GET', 5: 'HEAD' };
const internetV4 = 2;

/** The number by which a response refers to its request. */
export function requestId(buffer: Buffer): bigint {
  return buffer.readBigUInt64LE(request.id);
}

/** What was asked, out of a buffer that HttpReceiveHttpRequest has filled: its pointers lead into the buffer itself. */
export function readRequest(buffer: Buffer): ChallengeRequest {
  const path = inside(buffer, buffer.readBigUInt64LE(request.path), buffer.readUInt16LE(request.pathLength));
  const verb = buffer.readInt32LE(request.verb);
  return {
    method: verbs[verb] ?? 'another method',
    path: path?.toString('utf16le') ?? '',
    from: remoteAddress(buffer) ?? 'an unknown address',
  };
}

function remoteAddress(buffer: Buffer): string | undefined {
  const address = inside(buffer, buffer.readBigUInt64LE(request.remoteAddress), 28);
  if (address === undefined) return undefined;
  if (address.readUInt16LE(0) === internetV4) return [...address.subarray(4, 8)].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(8 + index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** The part of a buffer that a pointer names; undefined when it is not wholly inside. */
function inside(buffer: Buffer, pointer: bigint, length: number): Buffer | undefined {
  const start = pointer - getRawPointer(buffer);
  if (pointer === 0n || start < 0n || start + BigInt(length) > BigInt(buffer.length)) return undefined;
  return buffer.subarray(Number(start), Number(start) + length);
}

/** A response with all memory it points to, which must stay referenced until it is sent. */
export interface NativeResponse {
  readonly structure: Buffer;
  readonly parts: readonly Buffer[];
}

/** Makes an HTTP_RESPONSE; the body is left out for a HEAD. */
export function createResponse(answer: ChallengeAnswer, { method }: ChallengeRequest): NativeResponse {
  const reason = nativeText(answer.status === 200 ? 'OK' : 'Not Found');
  const type = nativeText(contentTypeOf(answer));
  const body = nativeText(answer.body);
  const data = nativeBuffer();
  data.writeBigUInt64LE(getRawPointer(body.bytes), chunk.buffer);
  data.writeUInt32LE(body.length, chunk.length);
  const structure = nativeBuffer(response.size);
  structure.writeUInt16LE(1, response.major);
  structure.writeUInt16LE(1, response.minor);
  structure.writeUInt16LE(answer.status, response.status);
  structure.writeUInt16LE(reason.length, response.reasonLength);
  structure.writeBigUInt64LE(getRawPointer(reason.bytes), response.reason);
  structure.writeUInt16LE(type.length, response.contentTypeLength);
  structure.writeBigUInt64LE(getRawPointer(type.bytes), response.contentType);
  structure.writeUInt16LE(method === 'HEAD' ? 0 : 1, response.chunkCount);
  structure.writeBigUInt64LE(method === 'HEAD' ? 0n : getRawPointer(data), response.chunks);
  return { structure, parts: [reason.bytes, type.bytes, body.bytes, data] };
}

function nativeText(text: string): { readonly bytes: Buffer; readonly length: number } {
  const encoded = Buffer.from(text);
  const bytes = nativeBuffer(encoded.length);
  encoded.copy(bytes);
  return { bytes, length: encoded.length };
}
