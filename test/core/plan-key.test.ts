import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeySpec } from '../../src/core/certificate.ts';
import { planKey } from '../../src/core/plan-key.ts';
import { dns, target } from './samples.ts';

const ec: KeySpec = { type: 'ec', curve: 'P-384' };
const wished = target('a.test', 'b.test');

test('planKey does not depend on the order of the names', () => {
  const turned = { ...wished, identifiers: [...wished.identifiers].reverse() };
  assert.equal(planKey(turned, ec, undefined), planKey(wished, ec, undefined));
});

test('planKey does not depend on the friendly name', () => {
  assert.equal(planKey({ ...wished, friendlyName: 'another' }, ec, undefined), planKey(wished, ec, undefined));
});

test('planKey tells apart all that a certificate depends on', () => {
  const address = { ...wished, identifiers: [wished.commonName, { type: 'ip' as const, value: 'b.test' }] };
  const keys = [
    planKey(wished, ec, undefined),
    planKey(wished, ec, 'shortlived'),
    planKey(wished, { type: 'ec', curve: 'P-256' }, undefined),
    planKey(wished, { type: 'rsa', bits: 2048 }, undefined),
    planKey(wished, { type: 'rsa', bits: 4096 }, undefined),
    planKey({ ...wished, commonName: dns('b.test') }, ec, undefined),
    planKey(target('a.test'), ec, undefined),
    planKey(target('a.test', 'b.test', 'c.test'), ec, undefined),
    planKey(address, ec, undefined),
  ];
  assert.equal(new Set(keys).size, keys.length);
});
