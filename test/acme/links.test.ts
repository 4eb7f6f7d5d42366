import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLinks } from '../../src/acme/links.ts';

const base = 'https://ca.test/acme/cert/1';
const alternates = (link: string | readonly string[] | undefined) => readLinks({ link }, 'alternate', base);

test('links of a relation come in order, resolved against the resource', () => {
  const link = '<https://ca.test/dir>;rel="index", </acme/cert/1/1>; rel="alternate", <2>;rel=alternate';
  assert.deepEqual(alternates(link), ['https://ca.test/acme/cert/1/1', 'https://ca.test/acme/cert/2']);
});

test('several Link headers are one list', () => {
  assert.deepEqual(alternates(['<https://a.test/>;rel="alternate"', '<https://b.test/>;rel="alternate"']), [
    'https://a.test/',
    'https://b.test/',
  ]);
});

test('a relation may be one of several, in any case, among other parameters and with commas in quotes', () => {
  const link = '<https://a.test/>; title="one, two"; REL="up Alternate", <https://b.test/?a=1,2>;rel=alternate';
  assert.deepEqual(alternates(link), ['https://a.test/', 'https://b.test/?a=1,2']);
});

test('other relations, relations that only begin alike, and broken targets are left out', () => {
  assert.deepEqual(
    alternates('<https://a.test/>;rel="alternates", <https://b.test/>, <https://[>;rel="alternate"'),
    [],
  );
  assert.deepEqual(alternates(undefined), []);
  assert.deepEqual(alternates('nonsense'), []);
});
