import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseIdentifier } from '../../src/core/identifier.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { csrSource } from '../../src/plugins/source/csr.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { openssl, opensslMissing } from '../crypto/openssl.ts';
import { temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';

const tools = createCertificateTools();
const keyPem = await tools.createPrivateKey({ type: 'ec', curve: 'P-256' });
const otherKey = await tools.createPrivateKey({ type: 'ec', curve: 'P-256' });

function requestFor(hosts: string, commonName?: string, privateKeyPem = keyPem): Uint8Array {
  return tools.createRequest({ commonName, identifiers: hosts.split(',').map(parseIdentifier), privateKeyPem });
}

/** A folder with a request and perhaps a key, and the source that reads them. */
function setUp(t: TestContext, request: string | Uint8Array, key?: string) {
  const folder = temporaryFolder(t);
  const [csrFile, pkFile] = [join(folder, 'request.csr'), join(folder, 'key.pem')];
  writeFileSync(csrFile, request);
  if (key !== undefined) writeFileSync(pkFile, key);
  const options = { plugin: 'csr', csrFile, ...(key === undefined ? {} : { pkFile }) };
  return { folder, csrFile, pkFile, read: () => csrSource.create(options, realServices()).readTarget() };
}

test('names come from common name and alternative names, and the request goes along as it is', async (t) => {
  const der = requestFor('b.test,*.b.test,192.0.2.1,2001:db8::1', 'a.test');
  const target = await setUp(t, der).read();
  assert.deepEqual(target.commonName, { type: 'dns', value: 'a.test' });
  assert.deepEqual(
    target.identifiers.map(({ type, value }) => `${type}:${value}`),
    ['dns:a.test', 'dns:b.test', 'dns:*.b.test', 'ip:192.0.2.1', 'ip:2001:db8::1'],
  );
  assert.equal(target.friendlyName, '[CSR] a.test');
  assert.deepEqual(target.request?.der, der);
  assert.equal(target.request?.privateKeyPem, undefined);
});

test('without a common name the first name takes its place', async (t) => {
  assert.equal((await setUp(t, requestFor('b.test,a.test')).read()).commonName.value, 'b.test');
});

test('the key goes along in the form the stores want, whatever its own', {
  skip: await opensslMissing(),
}, async (t) => {
  const { folder, pkFile, read } = setUp(t, requestFor('a.test'), keyPem);
  const sec1 = join(folder, 'sec1.pem');
  await openssl(['ec', '-in', pkFile, '-out', sec1]);
  const { stdout } = await openssl(['ecparam', '-name', 'prime256v1']);
  const { readFileSync } = await import('node:fs');
  for (const form of [keyPem, readFileSync(sec1, 'utf8'), `${stdout}${readFileSync(sec1, 'utf8')}`]) {
    writeFileSync(pkFile, form);
    assert.equal((await read()).request?.privateKeyPem, keyPem);
  }
});

test('the request is read anew each time, and another one has another digest', async (t) => {
  const { csrFile, read } = setUp(t, requestFor('a.test'));
  const first = await read();
  assert.equal((await read()).request?.digest, first.request?.digest);
  writeFileSync(csrFile, requestFor('a.test,b.test'));
  const second = await read();
  assert.notEqual(second.request?.digest, first.request?.digest);
  assert.equal(second.identifiers.length, 2);
});

const broken: [string, (setup: ReturnType<typeof setUp>) => void, RegExp][] = [
  ['the request is gone', ({ csrFile }) => rmSync(csrFile), /request\.csr does not exist/],
  ['the key is gone', ({ pkFile }) => rmSync(pkFile), /key\.pem does not exist/],
  [
    'the request is something else',
    ({ csrFile }) => writeFileSync(csrFile, 'x'),
    /request\.csr: it holds no certificate/,
  ],
  [
    'the key belongs to another request',
    ({ pkFile }) => writeFileSync(pkFile, otherKey),
    /does not belong to the request in/,
  ],
  ['the key is something else', ({ pkFile }) => writeFileSync(pkFile, 'x'), /key\.pem: there is no private key in PEM/],
  [
    'the key is encrypted',
    ({ pkFile }) => writeFileSync(pkFile, tools.encryptPrivateKey(keyPem, 'secret')),
    /key\.pem: the private key is encrypted/,
  ],
  [
    'the key is damaged',
    ({ pkFile }) => writeFileSync(pkFile, keyPem.replace(/\nM/, '\nX')),
    /key\.pem: the private key is damaged/,
  ],
  ['a common name that is no host', name('My Server'), /cannot use "My Server" as a host/],
  ['a name that is no host', name('a.test', 'a b.test'), /cannot use "a b\.test" as a host/],
];

function name(commonName: string, dnsName = 'a.test') {
  return ({ csrFile }: ReturnType<typeof setUp>): void => {
    const identifiers = [{ type: 'dns', value: dnsName } as const];
    writeFileSync(csrFile, tools.createRequest({ commonName, identifiers, privateKeyPem: keyPem }));
  };
}

for (const [what, spoil, message] of broken) {
  test(`source csr: ${what}`, async (t) => {
    const setup = setUp(t, requestFor('a.test'), keyPem);
    await setup.read();
    spoil(setup);
    const failure = await failureOf(setup.read(), 'SourceError');
    assert.match(failure.message, message);
    assert.doesNotMatch(`${failure.message} ${failure.hint} ${failure.cause}`, /PRIVATE KEY/);
  });
}

test('a changed request has a wrong signature, which is told with the file', async (t) => {
  const changed = Buffer.from(requestFor('a.test'));
  changed.write('b', changed.indexOf('a.test'));
  const { read } = setUp(t, changed);
  const failure = await failureOf(read(), 'SourceError');
  assert.match(failure.message, /request\.csr: its signature is wrong/);
});

test('what reading fails with keeps its own code', async (t) => {
  const { csrFile, read } = setUp(t, requestFor('a.test'));
  rmSync(csrFile);
  mkdirSync(csrFile);
  await failureOf(read(), 'StorageError');
});

test('paths are stored in full: the scheduled task runs elsewhere', () => {
  const values = valuesOf('source', 'csr', ['--csrfile', 'request.csr', '--pkfile', 'key.pem']);
  const { csrFile, pkFile } = csrSource.fromArguments(values, String);
  assert.ok(isAbsolute(String(csrFile)) && isAbsolute(String(pkFile)));
});

for (const args of [['--csr', 'ec'], ['--reuse-privatekey'], ['--ocsp-must-staple']]) {
  test(`${args[0]} contradicts a request that was made elsewhere`, () => {
    assert.throws(() => valuesOf('source', 'csr', ['--csrfile', 'request.csr', ...args]), {
      code: 'UsageError',
      message: new RegExp(`--csrfile and ${args[0]} cannot be combined`),
    });
  });
}
