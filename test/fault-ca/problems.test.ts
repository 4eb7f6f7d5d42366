import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { refusal, rejectedIdentifiers, unknownProblem, withoutHeader } from '../support/fake-acme/faults.ts';
import { otherIdentifiers, withMembers, withoutMember } from '../support/fake-acme/object-faults.ts';
import type { ResourceKind } from '../support/fake-acme/resources.ts';
import {
  emptyBody,
  htmlBadGateway,
  htmlPage,
  rawAnswer,
  truncated,
  wrongContentType,
} from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('subproblems: 46, each name with its own reason on the screen and in the report', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rejectedIdentifiers('a.test', 'c.test') });
  const run = await bench.create('a.test,b.test,c.test');
  const error = assertFailure(run, 46, 'OrderRejected');
  for (const name of ['a.test', 'c.test'])
    assert.ok(run.stderr.includes(`${name}: policy forbids issuing for ${name}`), run.output);
  assert.deepEqual(
    error.problem?.subproblems?.map(({ identifier, detail }) => [identifier, detail]),
    ['a.test', 'c.test'].map((name) => [name, `policy forbids issuing for ${name}`]),
  );
});

for (const [type, status, code, name] of [
  ['caa', 403, 46, 'OrderRejected'],
  ['unsupportedIdentifier', 400, 46, 'OrderRejected'],
  ['badCSR', 400, 46, 'OrderRejected'],
  ['badPublicKey', 400, 46, 'OrderRejected'],
  ['externalAccountRequired', 403, 42, 'AcmeAccountError'],
  ['serverInternal', 501, 41, 'AcmeUnreachable'],
  ['badSignatureAlgorithm', 400, 40, 'AcmeError'],
] as const) {
  test(`${type} (${status}) at newOrder: ${code}, asked once`, async (t) => {
    const bench = await startFaultBench(t);
    bench.fake.inject({ on: 'newOrder', fault: refusal(type, status, `because of ${type}`), times: Infinity });
    const run = await bench.create();
    const error = assertFailure(run, code, name);
    assert.ok(run.stderr.includes(`because of ${type}`), run.output);
    assert.equal(error.problem?.type, `urn:ietf:params:acme:error:${type}`);
    assert.equal(run.count('newOrder'), 1);
  });
}

test('a problem of a type nobody has heard of: 40 with its reason and type', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: unknownProblem() });
  const error = assertFailure(await bench.create(), 40, 'AcmeError');
  assert.match(error.message, /the moon stands wrong \(https:\/\/ca\.example\/problems\/phase-of-the-moon\)/);
});

test('text of the CA cannot draw on the terminal', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: refusal('malformed', 400, 'bad\u001b[2J\nerror: forged line') });
  const run = await bench.create();
  assertFailure(run, 40, 'AcmeError');
  assert.ok(!run.output.includes('\u001b[2J'));
  assert.doesNotMatch(run.output, /^error: forged/m);
});

test('a refusal without a problem document: 40 with status and text', async (t) => {
  const bench = await startFaultBench(t);
  const page = '<html><body><h1>Forbidden</h1> by the web application firewall</body></html>';
  bench.fake.inject({ on: 'newOrder', fault: rawAnswer(403, page, { 'Content-Type': 'text/html' }), times: Infinity });
  const error = assertFailure(await bench.create(), 40, 'AcmeError');
  assert.match(error.message, /Forbidden by the web application firewall/);
  assert.equal(error.problem?.status, 403);
});

test('a refusal with nothing in it: 40 with its status', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newOrder', fault: rawAnswer(404, ''), times: Infinity });
  assert.match(assertFailure(await bench.create(), 40, 'AcmeError').message, /404/);
});

test('HTML from a load balancer (502): once is no failure, for ever is 41 without its tags', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: ['directory', 'newNonce', 'newOrder'], fault: htmlBadGateway(), times: 2 });
  assertSuccess(await bench.create());
  bench.fake.inject({ on: 'finalize', fault: htmlBadGateway(), times: Infinity });
  const run = await bench.renew(['--force']);
  const error = assertFailure(run, 41, 'AcmeUnreachable');
  assert.equal(run.count('finalize'), 3);
  assert.match(error.message, /finalizing the order: .* answered 502: 502 Bad Gateway/);
  assert.doesNotMatch(error.message, /</);
});

const unreadable: readonly [string, ResourceKind, Fault][] = [
  ['an empty directory', 'directory', emptyBody()],
  ['half a directory', 'directory', truncated()],
  ['a login page for a directory', 'directory', htmlPage()],
  ['a directory without newOrder', 'directory', withoutMember('newOrder')],
  ['an empty order', 'newOrder', emptyBody()],
  ['half an order', 'newOrder', truncated()],
  ['an order without finalize', 'newOrder', withoutMember('finalize')],
  ['an order without its address', 'newOrder', withoutHeader('Location')],
  ['an order for another name', 'newOrder', otherIdentifiers('evil.test')],
  ['an order whose authorizations are no list', 'newOrder', withMembers({ authorizations: 'none' })],
  ['half an authorization', 'authz', truncated()],
  ['an authorization without challenges', 'authz', withoutMember('challenges')],
  ['a login page for an authorization', 'authz', htmlPage()],
];

test('answers that cannot be read: 40, named, and nothing is left behind', async (t) => {
  for (const [what, kind, fault] of unreadable) {
    await t.test(what, async (t) => {
      const bench = await startFaultBench(t);
      bench.fake.inject({ on: kind, fault, times: Infinity });
      const run = await bench.create();
      assertFailure(run, 40, 'AcmeError');
      assert.equal(run.count('finalize'), 0);
      assert.equal(bench.hasOpenOrder(), false);
      assert.deepEqual(bench.storedFiles(), {});
    });
  }
});

test('an account without its address: 40, and the next run finds the account', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'newAccount', fault: withoutHeader('Location') });
  assertFailure(await bench.create(), 40, 'AcmeError');
  assertSuccess(await bench.create());
  assert.equal(bench.fake.state.accounts.size, 1);
});

test('a wrong content type is overlooked', async (t) => {
  const bench = await startFaultBench(t);
  const kinds = ['directory', 'newAccount', 'newOrder', 'authz', 'challenge', 'finalize', 'certificate'] as const;
  bench.fake.inject({ on: kinds, fault: wrongContentType(), times: Infinity });
  assertSuccess(await bench.create());
  assertIssued(bench);
});

test('a directory without revokeCert: --revoke says so with 40', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'directory', fault: withoutMember('revokeCert') });
  const run = await bench.run(['--revoke', '--id', 'site']);
  assert.match(assertFailure(run, 40, 'AcmeError').message, /revokeCert/);
});
