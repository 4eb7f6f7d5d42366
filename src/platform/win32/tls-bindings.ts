import { getRawPointer } from 'node:ffi';
import { httpapi } from './httpapi.ts';
import { nativeBuffer, win32Error } from './library.ts';

/** A place where http.sys, and with it IIS, answers with a certificate. */
export interface TlsBinding {
  /** Address or host name, and port, such as `0.0.0.0:443` or `www.example.com:443`. */
  readonly endpoint: string;
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
}

/** How a kind of record is asked for and read; offsets of x64 and ARM64. */
interface RecordKind {
  /** HTTP_SERVICE_CONFIG_ID. */
  readonly id: number;
  readonly querySize: number;
  /** Where the query has the number of the record. */
  readonly tokenAt: number;
  /** Where the record's parameters begin, behind its key. */
  readonly parametersAt: number;
  endpoint(record: NativeRecord): string;
}

/** HttpServiceConfigSSLCertInfo: by address. */
export const byAddress: RecordKind = {
  id: 1,
  querySize: 24,
  tokenAt: 16,
  parametersAt: 8,
  endpoint: (record) => socketAddress(record.behind(0)),
};

/** HttpServiceConfigSslSniCertInfo: by host name (SNI). */
export const byHost: RecordKind = {
  id: 5,
  querySize: 152,
  tokenAt: 144,
  parametersAt: 136,
  endpoint: (record) => {
    const host = record.behind(128).toString('utf16le').replace(/\0.*$/s, '');
    return `${host}:${record.bytes.readUInt16BE(2)}`;
  },
};

const version1 = 1;
/** HTTP_INITIALIZE_CONFIG. */
const configuration = 2;
/** HttpServiceConfigQueryNext. */
const queryNext = 1;
const recordSize = 16_384;
/** ERROR_NO_MORE_ITEMS; ERROR_FILE_NOT_FOUND when there is no record at all. */
const ends = new Set([259, 2]);
/** ERROR_SERVICE_DISABLED, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_CALL_NOT_IMPLEMENTED: without http.sys, nothing is bound. */
const absent = new Set([1058, 1060, 120]);
const what = 'cannot find out which certificates are bound';

/**
 * What is bound to certificates in http.sys: the bindings of IIS, and what `netsh http show sslcert` shows.
 * @throws WacsError AccessDenied, StoreError
 */
export function tlsBindings(): readonly TlsBinding[] {
  const { HttpInitialize, HttpTerminate } = httpapi();
  const initialized = HttpInitialize(version1, configuration, 0n);
  if (absent.has(initialized)) return [];
  if (initialized !== 0) throw win32Error(what, 'HttpInitialize', initialized, 'StoreError');
  try {
    return [byAddress, byHost].flatMap(recordsOf);
  } finally {
    HttpTerminate(configuration, 0n);
  }
}

function recordsOf(kind: RecordKind): readonly TlsBinding[] {
  const found: TlsBinding[] = [];
  for (let token = 0; ; token += 1) {
    const query = nativeBuffer(kind.querySize);
    query.writeUInt32LE(queryNext, 0);
    query.writeUInt32LE(token, kind.tokenAt);
    const record = nativeBuffer(recordSize);
    const ask = httpapi().HttpQueryServiceConfiguration;
    const code = ask(0n, kind.id, query, kind.querySize, record, recordSize, nativeBuffer(), 0n);
    if (ends.has(code) || absent.has(code)) return found;
    if (code !== 0) throw win32Error(what, 'HttpQueryServiceConfiguration', code, 'StoreError');
    found.push(readBinding(kind, nativeRecord(record, getRawPointer(record))));
  }
}

/** A record whose pointers point into its own memory, and are followed there and nowhere else. */
export interface NativeRecord {
  readonly bytes: Buffer;
  /** What a pointer points to, until the end of the record; empty when that lies outside. */
  behind(offset: number): Buffer;
}

/** @param address of the bytes. */
export function nativeRecord(bytes: Buffer, address: bigint): NativeRecord {
  return {
    bytes,
    behind(offset) {
      const start = bytes.readBigUInt64LE(offset) - address;
      return start < 0n || start >= BigInt(bytes.length) ? Buffer.alloc(0) : bytes.subarray(Number(start));
    },
  };
}

/** Reads HTTP_SERVICE_CONFIG_SSL_SET or HTTP_SERVICE_CONFIG_SSL_SNI_SET. */
export function readBinding(kind: RecordKind, record: NativeRecord): TlsBinding {
  const { parametersAt } = kind;
  const length = record.bytes.readUInt32LE(parametersAt);
  const hash = record.behind(parametersAt + 8).subarray(0, length);
  return { endpoint: kind.endpoint(record), thumbprint: hash.toString('hex').toUpperCase() };
}

/** SOCKADDR_IN or SOCKADDR_IN6. */
function socketAddress(bytes: Buffer): string {
  if (bytes.length < 28) return 'an address';
  const port = bytes.readUInt16BE(2);
  const ipv4 = 2;
  if (bytes.readUInt16LE(0) === ipv4) return `${bytes.subarray(4, 8).join('.')}:${port}`;
  const groups = bytes.toString('hex', 8, 24).match(/.{4}/g) ?? [];
  return `[${groups.map((group) => group.replace(/^0{1,3}/, '')).join(':')}]:${port}`;
}
