import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createNamelessCertificate } from '../../src/crypto/self-signed.ts';
import { ownSecureListener } from '../../src/platform/challenge-listener.ts';
import { createHttpChallengeServer } from '../../src/platform/http-challenge-server.ts';
import { freePort, isListening, memoryLog, wacsError } from './support.ts';

const challengePath = '/.well-known/acme-challenge';
const address = (port: number, token: string, host = '127.0.0.1'): string =>
  `http://${host}:${port}${challengePath}/${token}`;

test('serves published key authorizations on IPv4 and IPv6, and logs who asked', async () => {
  const port = await freePort();
  const log = memoryLog();
  const server = createHttpChallengeServer({ log });
  await server.publish(port, 'tok', 'tok.thumbprint');
  for (const host of ['127.0.0.1', '[::1]']) {
    const response = await fetch(`${address(port, 'tok', host)}?x=1`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(await response.text(), 'tok.thumbprint');
  }
  const head = await fetch(address(port, 'tok'), { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [200, '']);
  await server.withdraw(port, 'tok');
  assert.equal(log.lines.length, 3);
  assert.match(log.lines[0] ?? '', /from 127\.0\.0\.1: GET \/\.well-known\/acme-challenge\/tok: 200/);
});

test('everything else is 404', async () => {
  const port = await freePort();
  const server = createHttpChallengeServer({ log: memoryLog() });
  await server.publish(port, 'tok', 'secret-thing');
  const others = [
    address(port, 'TOK'),
    address(port, 'tok/'),
    address(port, ''),
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}/tok`,
  ];
  for (const url of others) {
    const response = await fetch(url);
    assert.equal(response.status, 404, url);
    assert.ok(!(await response.text()).includes('secret-thing'));
  }
  assert.equal((await fetch(address(port, 'tok'), { method: 'POST', body: 'x' })).status, 404);
  await server.withdraw(port, 'tok');
});

test('tokens share a listener, which ends with the last of them at once', async () => {
  const port = await freePort();
  const server = createHttpChallengeServer({ log: memoryLog() });
  const tokens = Array.from({ length: 20 }, (_, index) => `t${index}`);
  await Promise.all(tokens.map((token) => server.publish(port, token, `${token}.x`)));
  const slow = connect(port, '127.0.0.1');
  slow.on('error', () => undefined);
  const slowClosed = new Promise((resolve) => slow.once('close', resolve));
  await new Promise((resolve) => slow.once('connect', resolve));
  slow.write('GET / HTTP/1.1\r\nhost: half a request\r\n');
  const bodies = await Promise.all(tokens.map(async (token) => (await fetch(address(port, token))).text()));
  assert.deepEqual(
    bodies,
    tokens.map((token) => `${token}.x`),
  );
  const [last = '', ...others] = tokens;
  await Promise.all(others.map((token) => server.withdraw(port, token)));
  assert.equal(await isListening(port), true);
  const start = performance.now();
  await server.withdraw(port, last);
  await slowClosed;
  assert.ok(performance.now() - start < 500);
  assert.equal(await isListening(port), false);
});

test('a token published twice stays until it is withdrawn twice', async () => {
  const port = await freePort();
  const server = createHttpChallengeServer({ log: memoryLog() });
  await server.publish(port, 'tok', 'a');
  await server.publish(port, 'tok', 'a');
  await server.withdraw(port, 'tok');
  assert.equal((await fetch(address(port, 'tok'))).status, 200);
  await server.withdraw(port, 'tok');
  await server.withdraw(port, 'tok');
  assert.equal(await isListening(port), false);
});

test('publishing and withdrawing at the same time never leaves a wrong state', async () => {
  const port = await freePort();
  const server = createHttpChallengeServer({ log: memoryLog() });
  for (let round = 0; round < 20; round += 1) {
    const published = server.publish(port, `r${round}`, 'x');
    const withdrawn = round > 0 ? server.withdraw(port, `r${round - 1}`) : undefined;
    await Promise.all([published, withdrawn]);
    assert.equal((await fetch(address(port, `r${round}`))).status, 200);
  }
  await Promise.all([server.withdraw(port, 'r19'), server.publish(port, 'n', 'x'), server.withdraw(port, 'n')]);
  assert.equal(await isListening(port), false);
});

test('a taken port is a setup error with a way out, and the port can be used later', async () => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '0.0.0.0', resolve));
  const server = createHttpChallengeServer({ log: memoryLog() });
  const taken = wacsError(
    'ValidationSetupError',
    new RegExp(`port ${port} .*another program uses it \\(EADDRINUSE\\)`),
  );
  await assert.rejects(server.publish(port, 'tok', 'x'), (error) => {
    assert.match((error as { hint?: string }).hint ?? '', /--validationport/);
    return taken(error);
  });
  await server.withdraw(port, 'tok');
  await new Promise((resolve) => other.close(resolve));
  const onlyIpv6 = createServer();
  await new Promise<void>((resolve) => onlyIpv6.listen({ port, host: '::', ipv6Only: true }, resolve));
  await assert.rejects(server.publish(port, 'tok', 'x'), taken);
  assert.equal(await isListening(port), false, 'the IPv4 half was given back');
  await new Promise((resolve) => onlyIpv6.close(resolve));
  await server.publish(port, 'tok', 'x');
  await server.withdraw(port, 'tok');
});

test('https is answered for those who were redirected to it and check no certificate, as CAs do', async () => {
  const port = await freePort();
  const openSecure = ownSecureListener(() => createNamelessCertificate(new Date()));
  const server = createHttpChallengeServer({ log: memoryLog(), openSecure });
  await server.publish(port, 'tok', 'tok.thumbprint', 'https');
  const read = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host, port, path: `${challengePath}/tok`, rejectUnauthorized: false, servername: 'a.test' };
      request(options, (response) => response.setEncoding('utf8').on('data', resolve))
        .on('error', reject)
        .end();
    });
  assert.equal(await read('127.0.0.1'), 'tok.thumbprint');
  assert.equal(await read('::1'), 'tok.thumbprint');
  await assert.rejects(fetch(address(port, 'tok')));
  await server.withdraw(port, 'tok');
  assert.equal(await isListening(port), false);
});
