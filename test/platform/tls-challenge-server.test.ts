import assert from 'node:assert/strict';
import { hash, type X509Certificate } from 'node:crypto';
import { connect as connectPlain, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Identifier } from '../../src/core/identifier.ts';
import { createChallengeCertificate } from '../../src/crypto/self-signed.ts';
import { createTlsChallengeServer, type TlsChallengeServices } from '../../src/platform/tls-challenge-server.ts';
import { openssl, opensslMissing } from '../crypto/openssl.ts';
import { freePort, isListening, memoryLog, wacsError } from './support.ts';

const a: Identifier = { type: 'dns', value: 'a.test' };
const without = await opensslMissing();

function serverWith(changes: Partial<TlsChallengeServices> = {}) {
  return createTlsChallengeServer({
    log: memoryLog(),
    signal: new AbortController().signal,
    createCertificate: (identifier, keyAuthorization) =>
      createChallengeCertificate(identifier, keyAuthorization, new Date()),
    ...changes,
  });
}

interface Handshake {
  readonly port: number;
  readonly host?: string;
  readonly servername?: string;
  readonly protocols?: readonly string[];
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}

interface Answer {
  readonly protocol: string | false | null;
  readonly certificate: X509Certificate;
  /** All that the server says after the handshake. */
  readonly data: string;
}

/** A handshake as a CA does it; resolves when the server has closed. */
function shakeHands({ port, host = '127.0.0.1', servername, protocols, maxVersion }: Handshake): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ port, host, rejectUnauthorized: false },
      ...(servername === undefined ? {} : { servername }),
      ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
      ...(maxVersion === undefined ? {} : { maxVersion, minVersion: 'TLSv1' }),
    });
    let data = '';
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      assert.ok(certificate);
      socket.on('data', (bytes) => (data += bytes));
      socket.once('end', () => resolve({ protocol: socket.alpnProtocol, certificate, data }));
    });
  });
}

const ask = (port: number, servername: string, host?: string): Promise<Answer> =>
  shakeHands({ port, servername, protocols: ['acme-tls/1'], ...(host === undefined ? {} : { host }) });

/** True when the certificate carries the digest of the key authorization, in its last bytes before the signature. */
function proves({ certificate }: Answer, keyAuthorization: string): boolean {
  return certificate.raw.includes(hash('sha256', keyAuthorization, 'buffer'));
}

test('a handshake for acme-tls/1 gets the challenge certificate on IPv4 and IPv6, and nothing more', async () => {
  const port = await freePort();
  const log = memoryLog();
  const server = serverWith({ log });
  await server.publish(port, a, 'tok.thumbprint');
  for (const host of ['127.0.0.1', '::1']) {
    const answer = await ask(port, 'a.test', host);
    assert.equal(answer.protocol, 'acme-tls/1');
    assert.equal(answer.certificate.subjectAltName, 'DNS:a.test');
    assert.ok(proves(answer, 'tok.thumbprint'));
    assert.equal(answer.data, '');
  }
  const old = await shakeHands({ port, servername: 'a.test', protocols: ['acme-tls/1'], maxVersion: 'TLSv1.2' });
  assert.ok(proves(old, 'tok.thumbprint'));
  assert.ok(proves(await ask(port, 'A.TEST'), 'tok.thumbprint'), 'names know no case');
  await server.withdraw(port, a, 'tok.thumbprint');
  assert.match(log.lines[0] ?? '', /from 127\.0\.0\.1 for a\.test: answered/);
});

test('addresses are asked for by their names in the reverse zones', async () => {
  const port = await freePort();
  const server = serverWith();
  const four: Identifier = { type: 'ip', value: '192.0.2.1' };
  const six: Identifier = { type: 'ip', value: '2001:db8::1' };
  await server.publish(port, four, 'four');
  await server.publish(port, six, 'six');
  const zeros = '0.'.repeat(20);
  assert.equal((await ask(port, '1.2.0.192.in-addr.arpa')).certificate.subjectAltName, 'IP Address:192.0.2.1');
  assert.equal(
    (await ask(port, `1.0.0.0.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`)).certificate.subjectAltName,
    'IP Address:2001:DB8:0:0:0:0:0:1',
  );
  await server.withdraw(port, four, 'four');
  await server.withdraw(port, six, 'six');
});

test('other protocols, other names and names left out are refused by an alert', async () => {
  const port = await freePort();
  const server = serverWith();
  await server.publish(port, a, 'tok');
  const refusals: [Partial<Handshake>, RegExp][] = [
    [{ servername: 'a.test', protocols: ['h2', 'http/1.1'] }, /no application protocol/],
    [{ servername: 'b.test', protocols: ['acme-tls/1'] }, /handshake failure/],
    [{ servername: 'x.a.test', protocols: ['acme-tls/1'] }, /handshake failure/],
    [{ protocols: ['acme-tls/1'] }, /handshake failure/],
    [
      { servername: 'a.test', protocols: ['acme-tls/1'], maxVersion: 'TLSv1.1' },
      /protocol version|no protocols available/,
    ],
  ];
  for (const [handshake, alert] of refusals) await assert.rejects(shakeHands({ port, ...handshake }), alert);
  const silent = await shakeHands({ port, servername: 'a.test' });
  assert.deepEqual([silent.protocol, silent.data], [false, ''], 'no protocol asked for: closed after the handshake');
  assert.ok(proves(await ask(port, 'a.test'), 'tok'), 'and none of it does harm');
  await server.withdraw(port, a, 'tok');
});

test('openssl s_client reads the same', { skip: without }, async () => {
  const port = await freePort();
  const server = serverWith();
  await server.publish(port, a, 'tok');
  const client = (...args: readonly string[]) =>
    openssl(['s_client', '-connect', `127.0.0.1:${port}`, ...args]).catch((error) => error);
  const good = await client('-servername', 'a.test', '-alpn', 'acme-tls/1');
  assert.match(good.stdout, /ALPN protocol: acme-tls\/1/);
  assert.match(good.stdout, /subject=CN ?= ?ACME challenge/);
  const other = await client('-servername', 'a.test', '-alpn', 'http/1.1');
  assert.match(other.stderr, /alert no application protocol/);
  assert.match((await client('-noservername', '-alpn', 'acme-tls/1')).stderr, /alert handshake failure/);
  await server.withdraw(port, a, 'tok');
});

test('many names share a listener, which ends with the last of them at once', async () => {
  const port = await freePort();
  const server = serverWith();
  const names = Array.from({ length: 20 }, (_, index): Identifier => ({ type: 'dns', value: `n${index}.test` }));
  await Promise.all(names.map((name) => server.publish(port, name, name.value)));
  const answers = await Promise.all(names.map(({ value }) => ask(port, value)));
  assert.ok(answers.every((answer, index) => proves(answer, names[index]?.value ?? '')));
  const silent = connectPlain(port, '127.0.0.1');
  silent.on('error', () => undefined);
  const silentClosed = new Promise((resolve) => silent.once('close', resolve));
  await new Promise((resolve) => silent.once('connect', resolve));
  silent.write('\x16\x03\x01');
  const [last = a, ...others] = names;
  await Promise.all(others.map((name) => server.withdraw(port, name, name.value)));
  await assert.rejects(ask(port, 'n1.test'), /handshake failure/);
  assert.ok(proves(await ask(port, 'n0.test'), 'n0.test'));
  const start = performance.now();
  await server.withdraw(port, last, last.value);
  await silentClosed;
  assert.ok(performance.now() - start < 500);
  for (const host of ['127.0.0.1', '::1']) assert.equal(await isListening(port, host), false);
});

test('a client that stays and talks after it was answered is cut off', async () => {
  const port = await freePort();
  const server = serverWith({ limits: { goodbyeMs: 200 } });
  await server.publish(port, a, 'tok');
  const socket = connect({
    ...{ port, host: '127.0.0.1', servername: 'a.test', ALPNProtocols: ['acme-tls/1'] },
    ...{ rejectUnauthorized: false, allowHalfOpen: true },
  });
  socket.on('error', () => undefined).resume();
  const start = performance.now();
  const talking = setInterval(() => socket.write('still here'), 50);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(talking);
  assert.ok(performance.now() - start < 2_000);
  await server.withdraw(port, a, 'tok');
});

test('a client that does not complete its handshake is cut off', async () => {
  const port = await freePort();
  const log = memoryLog();
  const server = serverWith({ log, limits: { handshakeMs: 200 } });
  await server.publish(port, a, 'tok');
  const socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const start = performance.now();
  const talking = setInterval(() => socket.write('\x16'), 50);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(talking);
  assert.ok(performance.now() - start < 2_000);
  assert.match(log.lines.join(), /refused: /);
  await server.withdraw(port, a, 'tok');
});

test('one name gives one answer at a time: the second waits for the first', async () => {
  const port = await freePort();
  const server = serverWith();
  await server.publish(port, a, 'first');
  let second = false;
  const waiting = server.publish(port, a, 'second').then(() => {
    second = true;
  });
  await sleep(50);
  assert.equal(second, false);
  assert.ok(proves(await ask(port, 'a.test'), 'first'));
  await server.withdraw(port, a, 'second');
  assert.ok(proves(await ask(port, 'a.test'), 'first'), 'only the owner withdraws');
  await server.withdraw(port, a, 'first');
  await waiting;
  assert.ok(proves(await ask(port, 'a.test'), 'second'));
  await server.withdraw(port, a, 'second');
  assert.equal(await isListening(port), false);
});

test('the same answer published twice stays until it is withdrawn twice', async () => {
  const port = await freePort();
  const server = serverWith();
  await server.publish(port, a, 'tok');
  await server.publish(port, a, 'tok');
  await server.withdraw(port, a, 'tok');
  assert.ok(proves(await ask(port, 'a.test'), 'tok'));
  await server.withdraw(port, a, 'tok');
  await server.withdraw(port, a, 'tok');
  assert.equal(await isListening(port), false);
});

test('waiting for a name has a limit, and ends with the run', async () => {
  const port = await freePort();
  const run = new AbortController();
  const server = serverWith({ signal: run.signal, limits: { turnMs: 30 } });
  await server.publish(port, a, 'first');
  await assert.rejects(server.publish(port, a, 'second'), wacsError('ValidationSetupError', /another renewal/));
  const waiting = assert.rejects(server.publish(port, a, 'third'), /over now/);
  run.abort(new Error('over now'));
  await waiting;
  await server.withdraw(port, a, 'first');
  assert.equal(await isListening(port), false);
});

test('a taken port is a setup error with a way out, and the port can be used later', async () => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '0.0.0.0', resolve));
  const server = serverWith({ ownerOf: (taken) => (taken === port ? 'nginx.exe (process 7)' : undefined) });
  const taken = wacsError(
    'ValidationSetupError',
    new RegExp(`port ${port} for the TLS challenge: nginx\\.exe \\(process 7\\) uses it`),
  );
  await assert.rejects(server.publish(port, a, 'tok'), (error) => {
    assert.match(
      (error as { hint?: string }).hint ?? '',
      /--validationport.*http-01 works beside IIS.*http\.sys.*cannot share/,
    );
    return taken(error);
  });
  await server.withdraw(port, a, 'tok');
  await new Promise((resolve) => other.close(resolve));
  await server.publish(port, a, 'other');
  await server.withdraw(port, a, 'other');
});
