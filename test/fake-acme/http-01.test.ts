import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { validateHttp01 } from '../support/fake-acme/http-01.ts';

const challenge = { token: 'tok', expected: 'tok.thumb' };

describe('validateHttp01', () => {
  it('asks for the token with the name as Host and takes the right text, trailing space allowed', async () => {
    const seen: IncomingMessage[] = [];
    const result = await validate('www.example.test', (request, response) => {
      seen.push(request);
      response.end('tok.thumb\r\n');
    });
    assert.equal(result, undefined);
    assert.deepEqual(
      seen.map(({ url, headers }) => [url, headers.host]),
      [['/.well-known/acme-challenge/tok', 'www.example.test']],
    );
  });

  it('puts IPv6 addresses in brackets', async () => {
    let host: string | undefined;
    await validate('2001:db8::1', (request, response) => {
      host = request.headers.host;
      response.end();
    });
    assert.equal(host, '[2001:db8::1]');
  });

  it('is unauthorized when the text or the status is wrong', async () => {
    const wrongText = await validate('a.test', (_, response) => response.end('tok.other'));
    const wrongStatus = await validate('a.test', (_, response) => response.writeHead(404).end('tok.thumb'));
    for (const result of [wrongText, wrongStatus]) assert.match(String(result?.type), /:unauthorized$/);
  });

  it('is a connection problem when the answer is too long or nobody listens', async () => {
    const long = await validate('a.test', (_, response) => response.end('x'.repeat(100_000)));
    const state = { httpPort: 1, signal: new AbortController().signal };
    for (const result of [long, await validateHttp01(state, 'a.test', challenge)]) {
      assert.match(String(result?.type), /:connection$/);
    }
  });

  it('ends at once when the CA is stopped', async () => {
    const stopping = new AbortController();
    const result = validate('a.test', () => stopping.abort(), stopping.signal);
    assert.match(String((await result)?.type), /:connection$/);
  });
});

async function validate(host: string, listener: RequestListener, signal = new AbortController().signal) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: httpPort } = server.address() as AddressInfo;
  const result = await validateHttp01({ httpPort, signal }, host, challenge);
  server.close();
  server.closeAllConnections();
  return result;
}
