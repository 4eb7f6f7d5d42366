import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimiter } from '../../src/core/bounded.ts';
import { type ErrorCode, WacsError } from '../../src/core/errors.ts';
import { type IssueRequest, issueCertificate } from '../../src/core/issue.ts';
import type { ValidationPlugin } from '../../src/core/plugin.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { createFakeAuthority } from './fake-authority.ts';
import { createFakeOrders } from './fake-stores.ts';
import { dns, target } from './samples.ts';

const certificates = createCertificateTools();
const wished = target('a.test', 'b.test');
const keyPem = await certificates.createPrivateKey({ type: 'ec', curve: 'P-256' });

const validation: ValidationPlugin = {
  challengeType: 'http-01',
  refusal: () => undefined,
  prepare: async () => undefined,
  cleanUp: async () => undefined,
};

const request: IssueRequest = {
  fileId: 'first',
  target: wished,
  friendlyName: 'First',
  csr: { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: false },
  validation,
  planKey: 'plan',
  noCache: false,
  urgent: false,
};

function setUp() {
  const journal: string[] = [];
  const authority = createFakeAuthority(journal);
  const orders = createFakeOrders(journal);
  const interrupting = new AbortController();
  const { signal } = interrupting;
  const limitValidations = createLimiter(20);
  const log = createMemoryLog();
  const services = { authority, certificates, orders, limitValidations, clock: systemClock, log, signal };
  /** An order an earlier run has left, in a state, with or without its key. */
  const leave = (status: string, privateKeyPem?: string, planKey = 'plan') => {
    const sent = ['processing', 'valid'].includes(status) ? privateKeyPem : undefined;
    const order = authority.addOrder(status, wished.identifiers, sent);
    const key = privateKeyPem === undefined ? {} : { privateKeyPem };
    orders.records.set('first', { url: order.url, planKey, ...key });
    return order;
  };
  const issue = (changes: Partial<IssueRequest> = {}) => issueCertificate({ ...request, ...changes }, services);
  return { journal, authority, orders, interrupting, leave, issue };
}

const orderCalls = /^(newOrder|finalizeOrder|downloadCertificate|orders\.)/;
const steps = (journal: readonly string[]): string[] => journal.filter((call) => orderCalls.test(call));

test('order and key are on disk before the CA can act on them', async () => {
  const { journal, orders, issue } = setUp();
  const issued = await issue();
  assert.deepEqual(steps(journal), [
    'newOrder',
    'orders.write',
    'orders.write key',
    'finalizeOrder',
    'downloadCertificate',
  ]);
  assert.ok(journal.indexOf('orders.write') < journal.findIndex((call) => call.startsWith('answerChallenge')));
  assert.equal(orders.records.get('first')?.privateKeyPem, issued.privateKeyPem);
  assert.deepEqual([issued.commonName, issued.friendlyName], ['a.test', 'First']);
});

test('what the request asks for reaches the CA', async () => {
  const { journal, issue } = setUp();
  await issue({ profile: 'shortlived', replaces: 'id.1', preferredIssuer: 'Root X' });
  assert.ok(journal.includes('newOrder shortlived id.1'));
  assert.ok(journal.includes('downloadCertificate Root X'));
});

test('a key that is to be used again is used', async () => {
  assert.equal((await setUp().issue({ previousKeyPem: keyPem })).privateKeyPem, keyPem);
});

const resumable: { status: string; key: boolean; next: string[] }[] = [
  { status: 'pending', key: false, next: ['orders.write key', 'finalizeOrder', 'downloadCertificate'] },
  { status: 'pending', key: true, next: ['finalizeOrder', 'downloadCertificate'] },
  { status: 'ready', key: false, next: ['orders.write key', 'finalizeOrder', 'downloadCertificate'] },
  { status: 'ready', key: true, next: ['finalizeOrder', 'downloadCertificate'] },
  { status: 'processing', key: true, next: ['downloadCertificate'] },
  { status: 'valid', key: true, next: ['downloadCertificate'] },
];

for (const { status, key, next } of resumable) {
  test(`a ${status} order ${key ? 'with' : 'without'} its key is resumed without a new order`, async () => {
    const { journal, leave, issue } = setUp();
    leave(status, key ? keyPem : undefined);
    const issued = await issue();
    assert.deepEqual(steps(journal), next);
    if (key) assert.equal(issued.privateKeyPem, keyPem);
  });
}

/** A request made elsewhere, for the names of the target. */
const requestKeyPem = await certificates.createPrivateKey({ type: 'ec', curve: 'P-384' });
const requestDer = certificates.createRequest({
  commonName: undefined,
  identifiers: wished.identifiers,
  privateKeyPem: requestKeyPem,
});
const { digest, publicKeyPem } = certificates.readCertificateRequest(requestDer);
const given = (privateKeyPem?: string): Partial<IssueRequest> => ({
  csr: undefined,
  target: {
    ...wished,
    request: { der: requestDer, digest, publicKeyPem, ...(privateKeyPem === undefined ? {} : { privateKeyPem }) },
  },
});

test('a request that was given is sent as it is, and no key is made or written', async () => {
  for (const key of [undefined, requestKeyPem]) {
    const { authority, journal, issue } = setUp();
    const sent: Uint8Array[] = [];
    const finalize = authority.finalizeOrder;
    authority.finalizeOrder = (order, csr) => {
      sent.push(csr);
      return finalize(order, csr);
    };
    const issued = await issue(given(key));
    assert.deepEqual(sent, [requestDer]);
    assert.equal(issued.privateKeyPem, key);
    assert.deepEqual(steps(journal), ['newOrder', 'orders.write', 'finalizeOrder', 'downloadCertificate']);
  }
});

for (const [status, next] of [
  ['pending', ['finalizeOrder', 'downloadCertificate']],
  ['ready', ['finalizeOrder', 'downloadCertificate']],
  ['processing', ['downloadCertificate']],
  ['valid', ['downloadCertificate']],
] as const) {
  test(`a ${status} order for a request that was given is resumed, although no key is on record`, async () => {
    const { authority, journal, leave, issue } = setUp();
    Object.assign(leave(status), { keyPem: publicKeyPem });
    assert.equal((await issue(given())).privateKeyPem, undefined);
    assert.deepEqual(steps(journal), next);
    assert.equal(authority.orders.size, 1);
  });
}

test('a certificate for another key than that of the given request is rejected', async () => {
  const { authority, issue } = setUp();
  authority.leaf = { keyPem };
  await failureOf(issue(given()), 'CertificateRejected');
});

test('the TLS feature is asked for, and a refusal says how to do without', async () => {
  const csr = { key: { type: 'ec', curve: 'P-256' }, reusePrivateKey: false, mustStaple: true } as const;
  const { authority, issue } = setUp();
  let asked: Buffer = Buffer.alloc(0);
  const finalize = authority.finalizeOrder;
  authority.finalizeOrder = (order, der) => {
    asked = Buffer.from(der);
    return finalize(order, der);
  };
  await issue({ csr });
  assert.ok(asked.includes(Buffer.from('06082b06010505070118', 'hex')));
  const problem = { type: 'urn:ietf:params:acme:error:unauthorized', detail: 'no longer available', status: 403 };
  authority.finalizeOrder = () => Promise.reject(new WacsError('AcmeError', 'no longer available', { problem }));
  const failure = await failureOf(issue({ csr, noCache: true }), 'OrderRejected');
  assert.match(failure.hint ?? '', /--ocsp-must-staple/);
  assert.deepEqual(failure.details.problem, problem);
  await failureOf(issue({ noCache: true }), 'AcmeError');
});

test('a plan that tells neither a kind of key nor a request is refused', async () => {
  await failureOf(setUp().issue({ csr: undefined }), 'ConfigurationError');
});

test('names that failed in different ways for good cost the order, those that may yet pass do not', async () => {
  for (const [codes, kept] of [
    [['ValidationFailed', 'AcmeTimeout'], false],
    [['ValidationFailed', 'ValidationSetupError'], false],
    [['AcmeTimeout', 'AcmeUnreachable'], true],
  ] as const) {
    const { authority, orders, issue } = setUp();
    authority.before = (method, url) => {
      if (method !== 'answerChallenge') return;
      throw new WacsError(url.includes('/a.test') ? codes[0] : codes[1], 'failed');
    };
    await assert.rejects(issue({ target: target('a.test', 'b.test') }));
    assert.equal(orders.records.has('first'), kept, codes.join());
  }
});

const useless: [string, (setup: ReturnType<typeof setUp>) => void][] = [
  ['invalid', ({ leave }) => leave('invalid', keyPem)],
  ['processing and its key is lost', ({ leave }) => leave('processing')],
  ['valid and its key is lost', ({ leave }) => leave('valid')],
  ['for another plan', ({ leave }) => leave('ready', keyPem, 'another plan')],
  ['unknown to the CA', ({ leave, authority }) => authority.orders.delete(leave('ready', keyPem).url)],
];

for (const [what, prepare] of useless) {
  test(`an order that is ${what} gives way to a new one`, async () => {
    const setup = setUp();
    prepare(setup);
    const issued = await setup.issue();
    assert.deepEqual(steps(setup.journal).slice(0, 3), ['orders.remove', 'newOrder', 'orders.write']);
    assert.notEqual(issued.privateKeyPem, keyPem);
  });
}

test('--nocache does not look at a stored order', async () => {
  const { journal, leave, issue } = setUp();
  leave('ready', keyPem);
  await issue({ noCache: true });
  assert.ok(!journal.includes('getOrder'));
  assert.ok(journal.includes('newOrder'));
});

test('a CA that cannot be reached does not cost the stored order', async () => {
  const { authority, orders, leave, issue } = setUp();
  leave('valid', keyPem);
  authority.before = (method) => {
    if (method === 'getOrder') throw new WacsError('AcmeUnreachable', 'no route');
  };
  await failureOf(issue(), 'AcmeUnreachable');
  assert.ok(orders.records.has('first'));
});

const failures: { code: ErrorCode; kept: boolean; provoke: (setup: ReturnType<typeof setUp>) => void }[] = [
  { code: 'AcmeUnreachable', kept: true, provoke: failing('finalizeOrder', 'AcmeUnreachable') },
  { code: 'AcmeRateLimited', kept: true, provoke: failing('finalizeOrder', 'AcmeRateLimited') },
  {
    code: 'AcmeTimeout',
    kept: true,
    provoke(setup) {
      setup.authority.afterFinalize = 'processing';
      failing('waitForOrder', 'AcmeTimeout')(setup);
    },
  },
  { code: 'AcmeUnreachable', kept: true, provoke: failing('downloadCertificate', 'AcmeUnreachable') },
  { code: 'OrderRejected', kept: false, provoke: failing('finalizeOrder', 'OrderRejected') },
  { code: 'AcmeError', kept: false, provoke: failing('finalizeOrder', 'AcmeError') },
  {
    code: 'OrderRejected',
    kept: false,
    provoke: ({ authority }) => {
      authority.afterFinalize = 'invalid';
    },
  },
  {
    code: 'ValidationFailed',
    kept: false,
    provoke: ({ authority }) =>
      void authority.refused.set('a.test', { type: 'about:blank', detail: 'no', status: 403 }),
  },
  {
    code: 'CertificateRejected',
    kept: false,
    provoke: ({ authority }) => {
      authority.leaf = { identifiers: [dns('evil.test')] };
    },
  },
  {
    code: 'CertificateRejected',
    kept: false,
    provoke: ({ authority }) => {
      authority.alterChain = () => [];
    },
  },
  {
    code: 'Interrupted',
    kept: true,
    provoke: ({ orders, interrupting }) => {
      const write = orders.write;
      orders.write = async (id, record) => {
        await write(id, record);
        if (record.privateKeyPem !== undefined) interrupting.abort(interruption());
      };
    },
  },
];

for (const [index, { code, kept, provoke }] of failures.entries()) {
  test(`${code} ${kept ? 'keeps' : 'forgets'} the order (${index + 1})`, async () => {
    const setup = setUp();
    provoke(setup);
    await failureOf(setup.issue(), code);
    assert.equal(setup.orders.records.has('first'), kept);
  });
}

function failing(method: string, code: ErrorCode) {
  return ({ authority }: ReturnType<typeof setUp>): void => {
    authority.before = (called) => {
      if (called === method) throw new WacsError(code, `${method} failed`);
    };
  };
}

test('a run that was stopped after finalize gets its certificate with the stored key, without a new order', async () => {
  const { authority, orders, journal, issue } = setUp();
  authority.before = (method) => {
    if (method === 'downloadCertificate') throw new WacsError('AcmeUnreachable', 'connection reset');
  };
  await failureOf(issue(), 'AcmeUnreachable');
  const stored = orders.records.get('first')?.privateKeyPem;
  authority.before = () => undefined;
  assert.equal((await issue()).privateKeyPem, stored);
  assert.equal(steps(journal).filter((call) => call === 'newOrder').length, 1);
});

test("an order that became invalid shows the CA's reason", async () => {
  const { authority, issue } = setUp();
  const error = { type: 'urn:ietf:params:acme:error:caa', detail: 'forbidden by CAA', status: 403 };
  authority.before = (method) => {
    if (method === 'finalizeOrder')
      for (const order of authority.orders.values()) Object.assign(order, { status: 'invalid', error });
  };
  const failure = await failureOf(issue(), 'OrderRejected');
  assert.match(failure.message, /forbidden by CAA \(caa\)/);
  assert.deepEqual(failure.details.problem, error);
});

test('an order record that cannot be removed does not hide why the order failed', async () => {
  const { authority, orders, issue } = setUp();
  authority.refused.set('a.test', { type: 'about:blank', detail: 'no', status: 403 });
  orders.remove = () => Promise.reject(new WacsError('StorageError', 'disk full'));
  await failureOf(issue(), 'ValidationFailed');
});
