import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProblem, problemError, readProblem } from '../../src/acme/problem.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { problem, response } from './fake-http.ts';

const url = 'https://ca.test/newOrder';
const urn = 'urn:ietf:params:acme:error:';

test('a problem document is kept whole, subproblems and link included', () => {
  const document = {
    type: `${urn}rejectedIdentifier`,
    title: 'Rejected',
    detail: 'policy forbids issuing',
    instance: 'https://ca.test/docs',
    subproblems: [
      { type: `${urn}caa`, detail: 'CAA', identifier: { type: 'dns', value: 'a.test' } },
      { type: `${urn}dns`, detail: 'DNS' },
    ],
  };
  const headers = { link: '</help>;rel="help"' };
  assert.deepEqual(readProblem(response({ status: 403, headers, body: document }), url), {
    type: `${urn}rejectedIdentifier`,
    title: 'Rejected',
    detail: 'policy forbids issuing',
    status: 403,
    instance: 'https://ca.test/docs',
    helpUrl: 'https://ca.test/help',
    subproblems: [
      { type: `${urn}caa`, detail: 'CAA', identifier: 'a.test' },
      { type: `${urn}dns`, detail: 'DNS' },
    ],
  });
});

test('subproblems that are not as they should be do not hide the problem', () => {
  const read = (subproblems: unknown) =>
    readProblem(response({ status: 400, body: { type: `${urn}malformed`, detail: 'no', subproblems } }), url);
  const parts = [{ type: 1, detail: 'first', identifier: null }];
  assert.deepEqual(read(parts).subproblems, [{ type: 'about:blank', detail: 'first' }]);
  assert.deepEqual([read('none').type, read('none').subproblems], [`${urn}malformed`, undefined]);
});

test('the address of changed terms is the help', () => {
  const headers = { link: '<https://ca.test/terms/v2>;rel="terms-of-service"' };
  const read = readProblem(response({ status: 403, headers, body: { type: `${urn}userActionRequired` } }), url);
  assert.deepEqual([read.helpUrl, read.detail], ['https://ca.test/terms/v2', '']);
});

test("a proxy's page becomes a problem with the beginning of its text", () => {
  const page = `<html><body><h1>Bad\nGateway</h1>${'x'.repeat(500)}</body></html>`;
  const read = readProblem(response({ status: 502, body: page }), url);
  assert.deepEqual([read.type, read.status], ['about:blank', 502]);
  assert.match(read.detail, /^Bad Gateway x+\.\.\.$/);
  assert.ok(read.detail.length < 250);
});

test('a body that is no object is no reason to fail', () => {
  for (const body of ['', 'null', '[1]', '{"type": 5}', '{'])
    assert.equal(readProblem(response({ status: 400, body }), url).type, 'about:blank');
});

const kinds: [string, number, ErrorCode][] = [
  ['rateLimited', 429, 'AcmeRateLimited'],
  ['unknownKind', 429, 'AcmeRateLimited'],
  ['accountDoesNotExist', 400, 'AcmeAccountError'],
  ['externalAccountRequired', 403, 'AcmeAccountError'],
  ['userActionRequired', 403, 'AcmeAccountError'],
  ['invalidContact', 400, 'AcmeAccountError'],
  ['unsupportedContact', 400, 'AcmeAccountError'],
  ['rejectedIdentifier', 403, 'OrderRejected'],
  ['unsupportedIdentifier', 403, 'OrderRejected'],
  ['caa', 403, 'OrderRejected'],
  ['badCSR', 400, 'OrderRejected'],
  ['badPublicKey', 400, 'OrderRejected'],
  ['invalidProfile', 400, 'OrderRejected'],
  ['malformed', 400, 'AcmeError'],
  ['toString', 400, 'AcmeError'],
];

for (const [name, status, code] of kinds) {
  test(`${name} with status ${status} is ${code}`, () => {
    const answer = problem(name, status);
    const read = readProblem(response(answer as object), url);
    const error = problemError(read);
    assert.deepEqual([error.code, error.details.problem], [code, read]);
    assert.notEqual(typeof error.hint, 'function');
    assert.match(error.message, new RegExp(`${name} it is \\(${name}\\)`));
  });
}

test('the moment of the next attempt is in the text and in the details', () => {
  const retryAt = new Date('2026-03-02T00:00:00Z');
  const error = problemError({ type: `${urn}rateLimited`, detail: 'too many', status: 429 }, retryAt);
  assert.deepEqual(error.details.retryAt, retryAt);
  assert.match(error.message, /not before 2026-03-02T00:00:00\.000Z/);
  assert.ok(error.hint);
});

test('a problem inside a resource brings its own status', () => {
  const inside = { type: `${urn}dns`, detail: 'no such name', status: 400 };
  assert.deepEqual(parseProblem(inside), inside);
  assert.deepEqual(parseProblem({ detail: 'x' }), { type: 'about:blank', detail: 'x', status: 0 });
  assert.equal(parseProblem(undefined), undefined);
});
