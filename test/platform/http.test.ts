import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { WacsError } from '../../src/core/errors.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/platform/http.ts';
import { connectionFailure } from '../../src/platform/http-errors.ts';
import { createProxyChooser } from '../../src/platform/proxies.ts';
import { createTestChain, type TestChainOptions } from '../support/certificates.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { freePort, memoryLog, wacsError } from './support.ts';

const day = 86_400_000;

function client(
  t: TestContext,
  { env = {}, ...options }: Partial<HttpClientOptions> & { env?: NodeJS.ProcessEnv } = {},
) {
  const log = memoryLog();
  const proxies = createProxyChooser({ url: '[System]' }, { env, system: undefined, log });
  const made = createHttpClient({ userAgent: 'wacs/test', log, proxies, ...options });
  t.after(made.close);
  return made;
}

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const plain = async (t: TestContext, listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(t, createServer(listener))}/dir`;

async function secure(t: TestContext, options: TestChainOptions = {}) {
  const chain = await createTestChain({ identifiers: [{ type: 'dns', value: 'localhost' }], ...options });
  const cert = [chain.leafPem, ...chain.chainPem].join('\n');
  const server = createTlsServer({ key: chain.leafKeyPem, cert }, (_request, response) => response.end('tls'));
  return { url: `https://localhost:${await listen(t, server)}/dir`, rootPem: chain.rootPem };
}

const get = (url: string, timeoutMs = 5_000) => ({ url, method: 'GET' as const, timeoutMs });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('a request carries its parts and the answer comes back whole, redirects included', async (t) => {
  const url = await plain(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(302, { location: '/elsewhere', 'Replay-Nonce': 'abc', link: ['<a>;rel="x"', '<b>;rel="y"'] });
    response.end(
      `${request.method} ${request.headers['user-agent']} ${request.headers['content-type']} ${Buffer.concat(chunks)}`,
    );
  });
  const headers = { 'content-type': 'application/jose+json' };
  const response = await client(t).request({ url, method: 'POST', headers, body: 'grün', timeoutMs: 5_000 });
  assert.equal(response.status, 302);
  assert.equal(response.headers['replay-nonce'], 'abc');
  assert.equal(text(response.body), 'POST wacs/test application/jose+json grün');
});

test('HEAD has no body, and connections are kept', async (t) => {
  const ports = new Set<number | undefined>();
  const url = await plain(t, (request, response) => {
    ports.add(request.socket.remotePort);
    response.setHeader('content-length', 10);
    response.end(request.method === 'HEAD' ? undefined : '0123456789');
  });
  const http = client(t);
  const head = await http.request({ url, method: 'HEAD', timeoutMs: 5_000 });
  assert.equal(head.body.length, 0);
  await http.request(get(url));
  await http.request(get(url));
  assert.equal(ports.size, 1);
});

test('a kept connection that the server has closed costs nothing', async (t) => {
  const seen: Socket[] = [];
  const url = await plain(t, (request, response) => {
    seen.push(request.socket);
    const secondOnFirstConnection = seen.length === 2 && seen[0] === request.socket;
    if (secondOnFirstConnection) request.socket.resetAndDestroy();
    else response.end('ok');
  });
  const http = client(t);
  await http.request(get(url));
  assert.equal(text((await http.request(get(url))).body), 'ok');
  assert.deepEqual([seen.length, new Set(seen).size], [3, 2]);
});

test('a connection cut at its first request is a failure, not repeated', async (t) => {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => socket.resetAndDestroy());
  });
  const url = `http://127.0.0.1:${await listen(t, server)}/`;
  await assert.rejects(client(t).request(get(url)), wacsError('AcmeUnreachable', /closed before.* \(ECONNRESET\)/));
  assert.equal(connections, 1);
});

test('DNS, refused connections and broken answers have their own reasons', async (t) => {
  const http = client(t);
  const refused = `http://127.0.0.1:${await freePort()}/dir?secret=1`;
  await assert.rejects(http.request(get(refused)), (error) => {
    assert.ok(error instanceof WacsError && !error.message.includes('secret'));
    return wacsError(
      'AcmeUnreachable',
      /^cannot reach "http:.*\/dir": the connection is refused by 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/,
    )(error);
  });
  await assert.rejects(
    http.request(get('http://nothing.invalid/')),
    wacsError('AcmeUnreachable', /DNS.* nothing\.invalid \((ENOTFOUND|EAI_AGAIN)\)/),
  );
  await assert.rejects(
    http.request(get('ftp://localhost/')),
    wacsError('AcmeUnreachable', /not an http or https address/),
  );
  const garbage = await listen(
    t,
    createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n').on('error', () => undefined)),
  );
  await assert.rejects(
    http.request(get(`http://127.0.0.1:${garbage}/`)),
    wacsError('AcmeUnreachable', /not HTTP \(HPE_/),
  );
  await assert.rejects(http.request(get(`https://127.0.0.1:${garbage}/`)), wacsError('AcmeUnreachable', /TLS: /));
  const half = await plain(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  });
  await assert.rejects(http.request(get(half)), wacsError('AcmeUnreachable', /before the answer was complete/));
});

test('the limit covers the whole exchange: silence, and a body that drips', async (t) => {
  const silent = await plain(t, () => undefined);
  const start = performance.now();
  await assert.rejects(
    client(t).request(get(silent, 200)),
    wacsError('AcmeUnreachable', /no complete answer within 0\.2 s/),
  );
  const dripping = await plain(t, (_request, response) => {
    const timer = setInterval(() => response.write('x'), 30);
    response.on('close', () => clearInterval(timer));
  });
  await assert.rejects(
    client(t).request(get(dripping, 300)),
    wacsError('AcmeUnreachable', /no complete answer within 0\.3 s/),
  );
  assert.ok(performance.now() - start < 3_000);
});

test('an endless answer is refused', async (t) => {
  const url = await plain(t, (_request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(60_000)), 1);
    response.on('close', () => clearInterval(timer));
  });
  const http = client(t, { maxBodyBytes: 200_000 });
  await assert.rejects(http.request(get(url)), wacsError('AcmeUnreachable', /larger than 200000 bytes/));
});

test('TLS trusts the given root, and says what is wrong otherwise', async (t) => {
  const { url, rootPem } = await secure(t);
  const trusting = client(t, { caPem: [rootPem] });
  assert.equal(text((await trusting.request(get(url))).body), 'tls');
  const otherHost = url.replace('localhost', '127.0.0.1');
  await assert.rejects(
    trusting.request(get(otherHost)),
    wacsError('AcmeUnreachable', /TLS: .* another host: .*127\.0\.0\.1/),
  );
  await assert.rejects(client(t).request(get(url)), (error) => {
    assert.match((error as WacsError).hint ?? '', /--cafile/);
    return wacsError('AcmeUnreachable', /TLS: the issuer of the server certificate is not known \(UNABLE/)(error);
  });
});

test('an exchange lets go of the signal of the run when it ends', async (t) => {
  const url = await plain(t, (_, response) => response.end('done'));
  const { signal } = new AbortController();
  const http = client(t);
  await Promise.all([1, 2, 3].map(() => http.request({ ...get(url), signal })));
  await assert.rejects(http.request({ ...get(`http://127.0.0.1:${await freePort()}/`), signal }));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('a root that only the system knows is found, without the request being sent twice', async (t) => {
  const { path: folder, remove } = await temporaryFolder('wacs roots ');
  t.after(remove);
  const chain = await createTestChain({ identifiers: [{ type: 'dns', value: 'localhost' }] });
  const bodies: string[] = [];
  const key = chain.leafKeyPem;
  const server = createTlsServer(
    { key, cert: [chain.leafPem, ...chain.chainPem].join('\n') },
    async (incoming, answer) => {
      for await (const chunk of incoming) bodies.push(String(chunk));
      answer.end('tls');
    },
  );
  const url = `https://localhost:${await listen(t, server)}/dir`;
  const roots = join(folder, 'roots.pem');
  writeFileSync(roots, chain.rootPem);
  const module = new URL('../../src/platform/http.ts', import.meta.url).href;
  const script = `
    import { createHttpClient } from ${JSON.stringify(module)};
    const client = createHttpClient({ userAgent: 'test', log: { verbose() {} } });
    const send = (body) => client.request({ url: ${JSON.stringify(url)}, method: 'POST', body, timeoutMs: 5000 });
    const answers = await Promise.all(['one', 'two', 'three'].map(send));
    client.close();
    console.log(answers.map(({ body }) => Buffer.from(body).toString()).join());`;
  const ask = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  assert.equal((await ask({ ...process.env, SSL_CERT_FILE: roots })).stdout, 'tls,tls,tls\n');
  assert.deepEqual(bodies.toSorted(), ['one', 'three', 'two']);
  await assert.rejects(
    ask({ ...process.env, SSL_CERT_FILE: join(folder, 'none.pem') }),
    /issuer of the server certificate/,
  );
});

test('expired and future certificates are told apart', async (t) => {
  const expired = await secure(t, {
    notBefore: new Date(Date.now() - 3 * day),
    notAfter: new Date(Date.now() - day / 2),
  });
  const future = await secure(t, { notBefore: new Date(Date.now() + day) });
  const trust = client(t, { caPem: [expired.rootPem, future.rootPem] });
  await assert.rejects(
    trust.request(get(expired.url)),
    wacsError('AcmeUnreachable', /has expired \(CERT_HAS_EXPIRED\)/),
  );
  await assert.rejects(
    trust.request(get(future.url)),
    wacsError('AcmeUnreachable', /not valid yet \(CERT_NOT_YET_VALID\)/),
  );
});

test('roots that are no certificates are a configuration error', async (t) => {
  for (const pem of ['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    const asking = client(t, { caPem: [pem] }).request(get('https://localhost:1/'));
    await assert.rejects(asking, wacsError('ConfigurationError', /extra root certificates/));
  }
});

test('the proxy of the environment is used, and its refusals are named', async (t) => {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(407).end();
  });
  proxy.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  const address = `http://user:s3cret@127.0.0.1:${await listen(t, proxy)}`;
  const http = client(t, { env: { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: 'direct.invalid' } });
  await assert.rejects(http.request(get('https://ca.invalid/dir')), (error) => {
    assert.ok(!String((error as WacsError).message).includes('s3cret'));
    return wacsError('AcmeUnreachable', /the proxy refuses the connection \(407\)/)(error);
  });
  await assert.rejects(
    http.request(get('http://ca.invalid/dir')),
    wacsError('AcmeUnreachable', /proxy wants other credentials \(407\)/),
  );
  await assert.rejects(http.request(get('https://direct.invalid/')), wacsError('AcmeUnreachable', /DNS/));
  const local = { ...get('http://machine.invalid/'), direct: true };
  await assert.rejects(http.request(local), wacsError('AcmeUnreachable', /DNS/));
  assert.deepEqual(seen, ['CONNECT ca.invalid:443', 'GET http://ca.invalid/dir']);
});

test('a proxy that is down or silent does not look like the CA', async (t) => {
  const down = client(t, { env: { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` } });
  await assert.rejects(
    down.request(get('https://ca.invalid/')),
    wacsError('AcmeUnreachable', /refused by 127\.0\.0\.1/),
  );
  const port = await listen(
    t,
    createTcpServer((socket) => void socket.on('error', () => undefined).resume()),
  );
  const silent = client(t, { env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
  await assert.rejects(silent.request(get('https://ca.invalid/', 300)), wacsError('AcmeUnreachable', /within 0\.3 s/));
});

test('an abort ends a request with its reason, even while a proxy stays silent', async (t) => {
  const port = await listen(
    t,
    createTcpServer((socket) => void socket.on('error', () => undefined).resume()),
  );
  const reason = new Error('Ctrl+C');
  const urls = {
    'https://ca.invalid/': { HTTPS_PROXY: `http://127.0.0.1:${port}` },
    [`http://127.0.0.1:${port}/`]: {},
  };
  for (const [url, env] of Object.entries(urls)) {
    const start = performance.now();
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    const asking = client(t, { env }).request({ ...get(url, 3_000), signal: controller.signal });
    await assert.rejects(asking, (error) => error === reason);
    assert.ok(performance.now() - start < 2_000, url);
  }
});

test('a host with addresses of both families is reached by the one that works, and all are named when none does', async () => {
  const both: LookupFunction = (_host, _options, done) =>
    done(null, [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]);
  const server = createTcpServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const options = { host: 'dual.test', port, lookup: both, autoSelectFamily: true };
  const reached = connect(options);
  await once(reached, 'connect');
  assert.equal(reached.remoteAddress, '127.0.0.1');
  reached.destroy();
  server.close();
  await once(server, 'close');
  const [failure] = await once(connect(options), 'error');
  assert.ok(failure instanceof AggregateError);
  assert.match(
    connectionFailure(new URL('https://dual.test/'), failure).message,
    new RegExp(`refused by \\[::1\\]:${port} and 127\\.0\\.0\\.1:${port} \\(ECONNREFUSED\\)$`),
  );
});
