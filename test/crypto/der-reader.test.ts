import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readElement, readElements } from '../../src/crypto/der-reader.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('readElements', () => {
  test('reads elements side by side, empty ones too', () => {
    const elements = readElements(bytes('020105050004020a0b'));

    assert.deepEqual(
      elements.map(({ tag, content }) => [tag, Buffer.from(content).toString('hex')]),
      [
        [0x02, '05'],
        [0x05, ''],
        [0x04, '0a0b'],
      ],
    );
  });

  test('reads lengths of one, two and three bytes', () => {
    for (const [header, length] of [
      ['047f', 127],
      ['0481c8', 200],
      ['04820400', 1024],
      ['0483010000', 65536],
    ] as const) {
      assert.equal(readElement(Buffer.concat([bytes(header), Buffer.alloc(length)])).content.length, length);
    }
  });

  const malformed: readonly [string, string][] = [
    ['a tag without length', '02'],
    ['a length cut off', '0482ff'],
    ['content cut off', '040301'],
    ['an indefinite length', '30800000'],
    ['a length of five bytes', '04850000000001ff'],
    ['a long tag', '1f810100'],
  ];
  for (const [name, hex] of malformed) {
    test(`refuses ${name}`, () => assert.throws(() => readElements(bytes(hex)), RangeError));
  }

  test('finds no element in no bytes', () => {
    assert.deepEqual(readElements(bytes('')), []);
    assert.throws(() => readElement(bytes('')), RangeError);
  });
});
