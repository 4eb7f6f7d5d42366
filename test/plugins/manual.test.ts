import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualSource } from '../../src/plugins/source/manual.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { failureOf } from '../support/wacs-error.ts';

const fromArguments = (...args: string[]) => manualSource.fromArguments(valuesOf('source', 'manual', args), String);
const read = (...args: string[]) => manualSource.create(fromArguments(...args), realServices()).readTarget();

test('the first host is the common name', async () => {
  const target = await read('--host', 'B.test,a.test');
  assert.deepEqual(target, {
    commonName: { type: 'dns', value: 'b.test' },
    identifiers: [
      { type: 'dns', value: 'b.test' },
      { type: 'dns', value: 'a.test' },
    ],
    friendlyName: '[Manual] b.test',
  });
});

test('--commonname comes first and is one of the names, given twice or not', async () => {
  for (const hosts of ['a.test,b.test', 'a.test']) {
    const { commonName, identifiers } = await read('--host', hosts, '--commonname', 'B.TEST');
    assert.equal(commonName.value, 'b.test');
    assert.deepEqual(
      identifiers.map(({ value }) => value),
      ['b.test', 'a.test'],
    );
  }
});

test('names that are the same in another spelling count once', async () => {
  const { identifiers } = await read('--host', 'bücher.de,XN--BCHER-KVA.de,bücher.de.');
  assert.deepEqual(identifiers, [{ type: 'dns', value: 'xn--bcher-kva.de' }]);
});

test('the friendly name shows an international name as people write it', async () => {
  assert.equal((await read('--host', '*.bücher.de')).friendlyName, '[Manual] *.bücher.de');
});

test('a host that is none is named', async () => {
  const failure = await failureOf(() => fromArguments('--host', 'a.test,https://b.test'), 'SourceError');
  assert.match(failure.message, /https:\/\/b\.test/);
});
