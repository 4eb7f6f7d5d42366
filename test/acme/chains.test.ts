import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadChain } from '../../src/acme/chains.ts';
import { createSession } from '../../src/acme/session.ts';
import type { AcmeOrder } from '../../src/core/acme.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { failureOf } from '../support/wacs-error.ts';
import { base, problem } from './fake-http.ts';
import { createTransport } from './fake-transport.ts';

const keyPem = await createPrivateKey({ type: 'ec', curve: 'P-256' });
const pem = (content: string): string => `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;
const order: AcmeOrder = {
  url: `${base}/order/1`,
  status: 'valid',
  identifiers: [],
  authorizations: [],
  finalize: `${base}/finalize/1`,
  certificate: `${base}/cert/1`,
};
/** In these tests the content of a certificate is its issuer. */
const issuerOf = (text: string): string | undefined => /\n(.*)\n/.exec(text)?.[1];

async function setUp() {
  const { server, transport } = createTransport();
  const { api } = await createSession(transport, keyPem, `${base}/account/1`);
  const link = '</cert/1/1>;rel="alternate", </cert/1/2>;rel="alternate"';
  server.routes.set('/cert/1', { headers: { link }, body: pem('Mid A') + pem('Root A') });
  server.routes.set('/cert/1/1', { body: pem('Mid B') + pem('Root B') });
  server.routes.set('/cert/1/2', { body: `noise\n${pem('Root C')}` });
  const choose = (issuer?: string) =>
    downloadChain(api, order, issuer === undefined ? undefined : { issuer, issuerOf });
  const download = async (issuer?: string) => (await choose(issuer)).chain;
  return { server, api, choose, download };
}

test('without a preference the default chain comes back, and no alternate is asked for', async () => {
  const { server, download } = await setUp();
  assert.deepEqual(await download(), [pem('Mid A'), pem('Root A')]);
  assert.equal(server.signed.length, 1);
});

test('the chain whose topmost certificate has the preferred issuer is chosen', async () => {
  const { server, download } = await setUp();
  assert.deepEqual(await download('Root A'), [pem('Mid A'), pem('Root A')]);
  assert.equal(server.signed.length, 1);
  assert.deepEqual(await download('Root B'), [pem('Mid B'), pem('Root B')]);
  assert.deepEqual(await download('Root C'), [pem('Root C')]);
});

test('the case of the name does not matter', async () => {
  assert.deepEqual(await (await setUp()).download('rOOt b'), [pem('Mid B'), pem('Root B')]);
});

test('an issuer that no chain has gives the default chain, and says what there is', async () => {
  const { choose } = await setUp();
  assert.deepEqual(await choose('Mid B'), {
    chain: [pem('Mid A'), pem('Root A')],
    others: ['Root A', 'Root B', 'Root C'],
  });
  assert.deepEqual(await choose('Root B'), { chain: [pem('Mid B'), pem('Root B')] });
});

test('an alternate that cannot be had does not cost the certificate', async () => {
  const { server, download } = await setUp();
  server.routes.set('/cert/1/1', problem('malformed', 404));
  assert.deepEqual(await download('Root C'), [pem('Root C')]);
  server.routes.set('/cert/1/2', { body: '<html>' });
  assert.deepEqual(await download('Root C'), [pem('Mid A'), pem('Root A')]);
});

test('an answer without a certificate is refused', async () => {
  const { server, api, download } = await setUp();
  server.routes.set('/cert/1', { body: '<html>' });
  await failureOf(download(), 'CertificateRejected');
  const { certificate: _, ...without } = order;
  await failureOf(downloadChain(api, without), 'CertificateRejected');
});
