import { win32 } from 'node:path';
import { iphlpapi } from './iphlpapi.ts';
import { kernel32 } from './kernel32.ts';
import { nativeBuffer } from './library.ts';
import { kernelHandle } from './owned.ts';

/** TCP_TABLE_OWNER_PID_LISTENER, and the address families of its two tables. */
const listeners = 3;
/** Rows of MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID; ports are in network byte order. */
const tables = [
  { family: 2, rowSize: 24, port: 8, owner: 20 },
  { family: 23, rowSize: 56, port: 20, owner: 52 },
] as const;
const errorInsufficientBuffer = 122;
const queryLimitedInformation = 0x1000;
/** The kernel, in which http.sys holds the ports of IIS and others. */
const systemProcess = 4;
const longestPath = 32_768;

/** The program that listens on a TCP port, such as `nginx.exe (process 1234)`; undefined when there is none to be seen. */
export function portOwner(port: number): string | undefined {
  const id = tables.map((table) => ownerIn(table, port)).find((found) => found !== undefined);
  if (id === undefined) return undefined;
  if (id === systemProcess) return 'http.sys (IIS and other services of Windows, process 4)';
  return `${programOf(id) ?? 'a program'} (process ${id})`;
}

function ownerIn({ family, rowSize, port: portOffset, owner }: (typeof tables)[number], port: number) {
  const table = readTable(family);
  if (table === undefined) return undefined;
  const rows = Array.from({ length: table.readUInt32LE(0) }, (_, index) => 4 + index * rowSize);
  const row = rows.find((start) => table.readUInt16BE(start + portOffset) === port);
  return row === undefined ? undefined : table.readUInt32LE(row + owner);
}

/** The table may grow between asking for its size and reading it, so there are a few attempts. */
function readTable(family: number): Buffer | undefined {
  const size = nativeBuffer();
  size.writeUInt32LE(0, 0);
  let table = nativeBuffer();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const code = iphlpapi().GetExtendedTcpTable(table, size, 0, family, listeners, 0);
    if (code === 0) return table;
    if (code !== errorInsufficientBuffer) return undefined;
    table = nativeBuffer(size.readUInt32LE(0) + 1024);
    size.writeUInt32LE(table.length, 0);
  }
  return undefined;
}

function programOf(id: number): string | undefined {
  using program = kernelHandle(kernel32().OpenProcess(queryLimitedInformation, 0, id));
  if (program.handle === 0n) return undefined;
  const path = nativeBuffer(longestPath * 2);
  const length = nativeBuffer();
  length.writeUInt32LE(longestPath, 0);
  if (kernel32().QueryFullProcessImageNameW(program.handle, 0, path, length) === 0) return undefined;
  return win32.basename(path.toString('utf16le', 0, length.readUInt32LE(0) * 2));
}
