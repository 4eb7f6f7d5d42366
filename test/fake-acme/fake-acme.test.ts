import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import acme from 'acme-client';
import { startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import { badNonce, unavailable } from '../support/fake-acme/faults.ts';
import { problem } from '../support/fake-acme/problem.ts';
import { createClient, issue, registerAndIssue } from './issuance.ts';

describe('the fake CA driven by acme-client', () => {
  it('issues a certificate whose chain verifies when http-01 is answered', async () => {
    await using fake = await startFakeAcme({ intermediates: 3 });
    const { client, order } = await registerAndIssue(fake, ['www.example.test', 'example.test']);
    const chain = split(await client.getCertificate(order));
    assert.equal(chain.length, 4);
    assertSigned([...chain, new X509Certificate(fake.rootPems[0] ?? '')]);
    assert.equal(chain[0]?.subjectAltName, 'DNS:www.example.test, DNS:example.test');
    assert.equal(fake.countOf('newOrder'), 1);
    assert.equal(fake.countOf('challenge') >= 2, true);
  });

  it('gives the alternate chain when its root is preferred', async () => {
    await using fake = await startFakeAcme({ alternateRoots: 2, alwaysValid: true });
    const { client, order } = await registerAndIssue(fake, ['example.test']);
    const chain = split(await client.getCertificate(order, 'Fake ACME Root 3'));
    assertSigned([...chain, new X509Certificate(fake.rootPems[2] ?? '')]);
  });

  it('keeps the order in processing and then settles it when told', async () => {
    await using fake = await startFakeAcme({ processing: { polls: 2, retryAfter: '1' } });
    const { client, order } = await registerAndIssue(fake, ['example.test']);
    assert.equal(order.status, 'processing');
    assert.equal((await client.waitForValidStatus(order)).status, 'valid');
    assert.equal(fake.countOf('order'), 3);
  });

  it('ends the order invalid after processing when told', async () => {
    const failure = problem('caa', 403, 'CAA record forbids issuance');
    await using fake = await startFakeAcme({ processing: { polls: 1, failure } });
    const { client, order } = await registerAndIssue(fake, ['example.test']);
    await assert.rejects(client.waitForValidStatus(order), /CAA/);
    assert.deepEqual(
      [...fake.state.orders.values()].map(({ status, error }) => [status, error?.type]),
      [['invalid', 'urn:ietf:params:acme:error:caa']],
    );
  });

  it('fails the authorization when nobody answers http-01', async () => {
    await using fake = await startFakeAcme();
    const client = await createClient(fake);
    await client.createAccount({ termsOfServiceAgreed: true });
    const order = await client.createOrder({ identifiers: [{ type: 'dns', value: 'example.test' }] });
    const [authorization] = await client.getAuthorizations(order);
    const challenge = authorization?.challenges.find(({ type }) => type === 'http-01');
    assert.ok(challenge);
    await client.completeChallenge(challenge);
    await assert.rejects(client.waitForValidStatus(challenge));
    assert.equal((await client.getOrder(order)).status, 'invalid');
  });

  it('takes RSA and P-384 account keys, key change, update and deactivation', async () => {
    await using fake = await startFakeAcme();
    for (const key of [await acme.crypto.createPrivateRsaKey(), await acme.crypto.createPrivateEcdsaKey('P-384')]) {
      const client = await createClient(fake);
      await client.createAccount({ termsOfServiceAgreed: true });
      await client.updateAccountKey(key);
      const changed = await client.updateAccount({ contact: ['mailto:admin@example.test'] });
      assert.deepEqual(changed.contact, ['mailto:admin@example.test']);
      assert.equal((await client.updateAccount({ status: 'deactivated' })).status, 'deactivated');
      await assert.rejects(client.updateAccount({ contact: [] }));
    }
  });

  it('binds external accounts and refuses a wrong MAC', async () => {
    const hmacKey = Buffer.alloc(32, 7).toString('base64url');
    await using fake = await startFakeAcme({
      meta: { externalAccountRequired: true },
      externalAccounts: { k1: hmacKey },
    });
    const wrong = { kid: 'k1', hmacKey: Buffer.alloc(32, 8).toString('base64url') };
    await assert.rejects((await createClient(fake)).createAccount({ termsOfServiceAgreed: true }), /external account/);
    await assert.rejects((await createClient(fake, wrong)).createAccount({ termsOfServiceAgreed: true }), /MAC/);
    await (await createClient(fake, { kid: 'k1', hmacKey })).createAccount({ termsOfServiceAgreed: true });
    assert.deepEqual(
      [...fake.state.accounts.values()].map(({ externalAccount }) => externalAccount),
      ['k1'],
    );
  });

  it('revokes by account once', async () => {
    await using fake = await startFakeAcme({ alwaysValid: true });
    const { client, order } = await registerAndIssue(fake, ['example.test']);
    const pem = await client.getCertificate(order);
    await client.revokeCertificate(pem, { reason: 4 });
    assert.deepEqual(
      [...fake.state.certificates.values()].map(({ revocationReason }) => revocationReason),
      [4],
    );
    await assert.rejects(client.revokeCertificate(pem), /revoked/);
  });

  it('lets a client through that retries badNonce and 503', async () => {
    await using fake = await startFakeAcme({ alwaysValid: true });
    fake.inject({ on: ['newOrder', 'finalize'], times: 2, fault: badNonce() });
    fake.inject({ on: 'directory', fault: unavailable() });
    const { order } = await registerAndIssue(fake, ['example.test']);
    assert.equal(order.status, 'valid');
    assert.deepEqual(
      fake.faults.map(({ hits }) => hits),
      [2, 1],
    );
  });

  it('deactivates authorizations and gives valid ones again when told', async () => {
    await using fake = await startFakeAcme({ alwaysValid: true, reuseAuthorizations: true });
    const { client } = await registerAndIssue(fake, ['example.test']);
    const again = await client.createOrder({ identifiers: [{ type: 'dns', value: 'example.test' }] });
    assert.equal(again.status, 'ready');
    const [authorization] = await client.getAuthorizations(again);
    assert.ok(authorization);
    assert.equal((await client.deactivateAuthorization(authorization)).status, 'deactivated');
    assert.equal((await issue(fake, client, ['example.test'])).status, 'valid');
  });
});

function split(chain: string): X509Certificate[] {
  return acme.crypto.splitPemChain(chain).map((pem) => new X509Certificate(pem));
}

/** Each certificate is signed by the next, the last by itself. */
function assertSigned(chain: readonly X509Certificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1] ?? certificate;
    assert.equal(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey), true, certificate.subject);
  }
}
