import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeySpec } from '../../src/core/certificate.ts';
import { planKey } from '../../src/core/plan-key.ts';
import type { CsrPlugin } from '../../src/core/plugin.ts';
import { dns, target } from './samples.ts';

const csrOf = (key: KeySpec): CsrPlugin => ({ key, reusePrivateKey: false, mustStaple: false });
const ec = csrOf({ type: 'ec', curve: 'P-384' });
const wished = target('a.test', 'b.test');
const request = { der: new Uint8Array(), digest: 'ab', publicKeyPem: '' };

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
    planKey(wished, csrOf({ type: 'ec', curve: 'P-256' }), undefined),
    planKey(wished, csrOf({ type: 'rsa', bits: 2048 }), undefined),
    planKey(wished, csrOf({ type: 'rsa', bits: 4096 }), undefined),
    planKey(wished, { ...ec, mustStaple: true }, undefined),
    planKey({ ...wished, request }, undefined, undefined),
    planKey({ ...wished, request: { ...request, digest: 'cd' } }, undefined, undefined),
    planKey({ ...wished, request: { ...request, privateKeyPem: 'key' } }, undefined, undefined),
    planKey({ ...wished, commonName: dns('b.test') }, ec, undefined),
    planKey(target('a.test'), ec, undefined),
    planKey(target('a.test', 'b.test', 'c.test'), ec, undefined),
    planKey(address, ec, undefined),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

test('planKey of a plain key is what earlier versions wrote, so that nothing is ordered after an update', () => {
  assert.equal(planKey(wished, ec, undefined), 'ec-P-384|-|cn:a.test|dns:a.test|dns:b.test');
  assert.match(planKey(wished, csrOf({ type: 'rsa', bits: 3072 }), 'x'), /^rsa-3072\|x\|/);
});
