import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AcmeProblem } from '../../src/core/errors.ts';
import { describeProblem, oneLine, problemName, validationFailure } from '../../src/core/problem.ts';

const problem: AcmeProblem = {
  type: 'urn:ietf:params:acme:error:compound',
  detail: 'several\nreasons',
  status: 403,
  instance: 'https://ca.test/docs',
  subproblems: [
    { type: 'urn:ietf:params:acme:error:caa', detail: 'forbidden by\u001b[31m CAA', identifier: 'a.test' },
    { type: 'about:blank', detail: 'something' },
  ],
};

test('problemName is the last part of an ACME type and the whole of any other', () => {
  assert.equal(problemName(problem), 'compound');
  assert.equal(problemName({ ...problem, type: 'about:blank' }), 'about:blank');
});

test('describeProblem shows every subproblem with its name and the link, in one line', () => {
  const text = describeProblem(problem);
  assert.equal(
    text,
    'several reasons (compound); a.test: forbidden by [31m CAA; unnamed: something; see https://ca.test/docs',
  );
  assert.ok(!/[\u0000-\u001f]/.test(text));
});

test('describeProblem prefers the help link, and falls back to title and status without a detail', () => {
  assert.match(describeProblem({ ...problem, helpUrl: 'https://ca.test/help' }), /see https:\/\/ca\.test\/help$/);
  assert.match(describeProblem({ ...problem, detail: '', title: 'Forbidden' }), /^Forbidden \(/);
  assert.match(
    describeProblem({ type: 'about:blank', detail: '', status: 502 }),
    /^no reason given \(HTTP status 502\)/,
  );
});

test('oneLine drops what a terminal would act upon', () => {
  assert.equal(oneLine('a\r\n\tb\u001b[2J\u0085c \u00a0 d'), 'a b [2J c d');
});

test('validationFailure carries the problem and a hint for its kind', () => {
  const hintFor = (kind: string): string =>
    validationFailure('a.test', { ...problem, type: `urn:ietf:params:acme:error:${kind}` }).hint ?? '';
  assert.match(hintFor('dns'), /DNS records of a\.test/);
  assert.match(hintFor('caa'), /CAA/);
  assert.match(hintFor('connection'), /reach/);
  const byDns = validationFailure('*.a.test', { ...problem, type: 'x' }, 'dns-01').hint ?? '';
  assert.match(byDns, /TXT record _acme-challenge\.a\.test;/);
  assert.equal(validationFailure('a.test', problem).details.problem, problem);
  assert.match(validationFailure('a.test', undefined).message, /a\.test: the CA gave no reason/);
});
