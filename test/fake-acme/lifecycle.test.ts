import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import acme from 'acme-client';
import { type FakeAcme, startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import { issueRaw } from './issued.ts';
import { order, post, register, send } from './raw-client.ts';

describe('certificates of the fake CA', () => {
  let fake: FakeAcme;
  before(async () => {
    fake = await startFakeAcme({ alwaysValid: true });
  });
  after(() => fake.stop());

  it('have a certificate identifier made of key identifier and serial number', async () => {
    const { renewalId, leaf } = await issueRaw(fake, ['example.test']);
    const [keyIdentifier = '', serial = ''] = renewalId
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'));
    assert.equal(leaf.raw.toString('hex').includes(`30168014${keyIdentifier}`), true);
    assert.match(serial.toUpperCase(), new RegExp(`^(00)?${leaf.serialNumber}$`));
    // DER: tag and length of the serial number stand right before its content.
    const length = (serial.length / 2).toString(16).padStart(2, '0');
    assert.equal(leaf.raw.toString('hex').includes(`02${length}${serial}`), true);
  });

  it('have a renewal window at two thirds of their life, and the one that is set', async () => {
    const { renewalId, leaf } = await issueRaw(fake, ['example.test']);
    const url = `${fake.state.baseUrl}/renewal-info/${renewalId}`;
    const usual = await send(fake, url);
    const { start } = usual.json.suggestedWindow as { start: string };
    const share = (Date.parse(start) - leaf.validFromDate.getTime()) / (90 * 86_400_000);
    assert.equal(Math.abs(share - 0.66) < 0.01, true, String(share));
    assert.equal(usual.headers['retry-after'], '21600');
    const window = {
      start: new Date('2020-01-01'),
      end: new Date('2020-01-02'),
      explanationUrl: 'https://ca.example/why',
    };
    fake.setWindow({ ...window, retryAfter: '0' }, renewalId);
    const set = await send(fake, url);
    assert.equal(set.headers['retry-after'], '0');
    assert.deepEqual(set.json, {
      suggestedWindow: { start: '2020-01-01T00:00:00.000Z', end: '2020-01-02T00:00:00.000Z' },
      explanationURL: 'https://ca.example/why',
    });
    assert.equal((await send(fake, `${fake.state.baseUrl}/renewal-info/unknown.id`)).status, 404);
  });

  it('are replaced once, and only by their own account with a name in common', async () => {
    const { renewalId: replaces, account } = await issueRaw(fake, ['a.test.example', 'b.test.example']);
    assert.equal((await order(fake, await register(fake), ['a.test.example'], { replaces })).status, 403);
    assert.equal((await order(fake, account, ['c.test.example'], { replaces })).status, 400);
    assert.equal((await order(fake, account, ['a.test.example'], { replaces: 'un.known' })).status, 404);
    const first = await order(fake, account, ['a.test.example'], { replaces, profile: 'shortlived' });
    assert.deepEqual([first.status, first.json.replaces, first.json.profile], [201, replaces, 'shortlived']);
    const second = await order(fake, account, ['a.test.example'], { replaces });
    assert.deepEqual([second.status, second.json.type], [409, 'urn:ietf:params:acme:error:alreadyReplaced']);
  });

  it('are revoked by their own key, not by another', async () => {
    const { leaf, certificateKey: key, account, renewalId } = await issueRaw(fake, ['example.test']);
    const url = `${fake.state.baseUrl}/revoke-cert`;
    const payload = { certificate: leaf.raw.toString('base64url'), reason: 1 };
    assert.equal((await post(fake, url, { key: account.key, payload })).status, 403);
    assert.equal((await post(fake, url, { ...(await register(fake)), payload })).status, 403);
    assert.equal((await post(fake, url, { key, payload: { ...payload, reason: 2 } })).status, 400);
    assert.equal((await post(fake, url, { key, payload })).status, 200);
    assert.equal((await post(fake, url, { key, payload })).json.type, 'urn:ietf:params:acme:error:alreadyRevoked');
    const { json } = await send(fake, `${fake.state.baseUrl}/renewal-info/${renewalId}`);
    assert.equal(Date.parse((json.suggestedWindow as { end: string }).end) < Date.now(), true);
  });

  it('are refused to a CSR with other names and to broken ones', async () => {
    const { account } = await issueRaw(fake, ['example.test']);
    const { json, headers } = await order(fake, account, ['other.example.test']);
    const id = String(headers.location).split('/').at(-1) ?? '';
    for (const authorization of fake.state.orders.get(id)?.authorizations ?? []) authorization.status = 'valid';
    const [, foreign] = await acme.crypto.createCsr({ altNames: ['example.test'] });
    for (const csr of [acme.crypto.getPemBodyAsB64u(foreign), 'AAAA']) {
      const refused = await post(fake, String(json.finalize), { ...account, payload: { csr } });
      assert.deepEqual([refused.status, refused.json.type], [400, 'urn:ietf:params:acme:error:badCSR']);
    }
  });
});
