import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeOutput } from '../../src/scheduler/decode-output.ts';

const text = '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task><A>Überprüfung</A></Task>';

suite('output of schtasks', () => {
  test('is recognised as UTF-16LE with and without byte order mark', () => {
    assert.equal(decodeOutput(Buffer.from(`\ufeff${text}`, 'utf16le')), text);
    assert.equal(decodeOutput(Buffer.from(text, 'utf16le')), text);
  });

  test('is recognised as UTF-16BE with and without byte order mark', () => {
    assert.equal(decodeOutput(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()), text);
    assert.equal(decodeOutput(Buffer.from(text, 'utf16le').swap16()), text);
  });

  test('is recognised as UTF-16LE when most letters are not Latin', () => {
    const chinese = '错误: 拒绝访问。';
    assert.equal(decodeOutput(Buffer.from(chinese, 'utf16le')), chinese);
  });

  test('is recognised as UTF-8 with and without byte order mark', () => {
    assert.equal(decodeOutput(Buffer.from(`\ufeff${text}`)), text);
    assert.equal(decodeOutput(Buffer.from(text)), text);
  });

  test('is Western when it is nothing else', () => {
    assert.equal(decodeOutput(Buffer.from('Überprüfung €'.replace('€', '\x80'), 'latin1')), 'Überprüfung €');
  });

  test('goes to the decoder of the console when one is given', () => {
    const cp850 = (bytes: Uint8Array) =>
      Buffer.from(bytes).toString('latin1').replaceAll('\x81', 'ü').replaceAll('\x9a', 'Ü');
    assert.equal(decodeOutput(Buffer.from('\x9aberpr\x81fung', 'latin1'), cp850), 'Überprüfung');
  });

  test('may be empty or cut off in the middle of a character', () => {
    assert.equal(decodeOutput(new Uint8Array()), '');
    assert.match(decodeOutput(Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, 21)), /^<\?xml/);
  });
});
