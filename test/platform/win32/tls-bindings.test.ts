import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byAddress, byHost, nativeRecord, readBinding } from '../../../src/platform/win32/tls-bindings.ts';

const thumbprint = '00112233445566778899AABBCCDDEEFF01234567';
const address = 0x7fff_1234_5000n;

/** A record as http.sys writes it: the structure, and behind it what its pointers point to. */
function record(parametersAt: number, fill: (bytes: Buffer, put: (at: number, data: Buffer) => void) => void) {
  const bytes = Buffer.alloc(16_384);
  let end = 256;
  const put = (at: number, data: Buffer): void => {
    bytes.writeBigUInt64LE(address + BigInt(end), at);
    data.copy(bytes, end);
    end += data.length + 8;
  };
  bytes.writeUInt32LE(20, parametersAt);
  put(parametersAt + 8, Buffer.from(thumbprint, 'hex'));
  fill(bytes, put);
  return nativeRecord(bytes, address);
}

function ipv4(a: number, b: number, c: number, d: number, port: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(2, 0);
  bytes.writeUInt16BE(port, 2);
  Buffer.from([a, b, c, d]).copy(bytes, 4);
  return bytes;
}

test('a binding by address', () => {
  const own = record(byAddress.parametersAt, (_, put) => put(0, ipv4(192, 0, 2, 1, 443)));
  assert.deepEqual(readBinding(byAddress, own), { endpoint: '192.0.2.1:443', thumbprint });
});

test('a binding by IPv6 address', () => {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(23, 0);
  bytes.writeUInt16BE(8443, 2);
  Buffer.from('20010db8000000000000000000000001', 'hex').copy(bytes, 8);
  const own = record(byAddress.parametersAt, (_, put) => put(0, bytes));
  assert.equal(readBinding(byAddress, own).endpoint, '[2001:db8:0:0:0:0:0:1]:8443');
});

test('a binding by host name', () => {
  const own = record(byHost.parametersAt, (bytes, put) => {
    ipv4(0, 0, 0, 0, 443).copy(bytes, 0);
    put(128, Buffer.from('www.example.com\0', 'utf16le'));
  });
  assert.deepEqual(readBinding(byHost, own), { endpoint: 'www.example.com:443', thumbprint });
});

test('a pointer that leads out of the record is not followed', () => {
  for (const pointer of [0n, address - 8n, address + 20_000n]) {
    const own = record(byAddress.parametersAt, (bytes) => {
      bytes.writeBigUInt64LE(pointer, 0);
      bytes.writeBigUInt64LE(pointer, byAddress.parametersAt + 8);
    });
    assert.deepEqual(readBinding(byAddress, own), { endpoint: 'an address', thumbprint: '' });
  }
});
