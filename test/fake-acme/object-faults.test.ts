import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import * as certificates from '../support/fake-acme/certificate-faults.ts';
import { type FakeAcme, startFakeAcme } from '../support/fake-acme/fake-acme.ts';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { mutate } from '../support/fake-acme/faults.ts';
import * as objects from '../support/fake-acme/object-faults.ts';
import { problem } from '../support/fake-acme/problem.ts';
import { type Issued, issueRaw } from './issued.ts';
import { order, post, register, send } from './raw-client.ts';

describe('faults of the objects', () => {
  let fake: FakeAcme;
  let issued: Issued;
  before(async () => {
    fake = await startFakeAcme({ alwaysValid: true });
    issued = await issueRaw(fake, ['a.example.test', 'b.example.test']);
  });
  afterEach(() => fake.clearFaults());
  after(() => fake.stop());

  it('shownAs shows another state so many times and changes nothing', async () => {
    fake.inject({ on: 'order', times: 2, fault: objects.shownAs('pending') });
    fake.inject({ on: 'order', after: 2, fault: objects.shownAs('invalid', problem('caa', 403, 'no')) });
    const seen = [];
    for (let poll = 0; poll < 4; poll++) seen.push((await post(fake, issued.orderUrl, issued.account)).json);
    assert.deepEqual(
      seen.map(({ status }) => status),
      ['pending', 'pending', 'invalid', 'valid'],
    );
    assert.deepEqual(seen[2]?.error, { type: 'urn:ietf:params:acme:error:caa', status: 403, detail: 'no' });
  });

  it('unknownChallenge adds a challenge or leaves only that', async () => {
    const account = await register(fake);
    const [url = ''] = (await order(fake, account, ['c.example.test'])).json.authorizations as string[];
    fake.inject({ on: 'authz', fault: objects.unknownChallenge() });
    fake.inject({ on: 'authz', fault: objects.unknownChallenge(true) });
    const types = async () =>
      ((await post(fake, url, account)).json.challenges as { type: string }[]).map(({ type }) => type);
    assert.deepEqual(await types(), ['telepathy-01', 'http-01', 'dns-01', 'tls-alpn-01']);
    assert.deepEqual(await types(), ['telepathy-01']);
    assert.equal((await types()).length, 3);
  });

  it('otherIdentifiers, withMembers and mutate change what an order says', async () => {
    const account = await register(fake);
    fake.inject({ on: 'newOrder', fault: objects.otherIdentifiers('evil.test') });
    fake.inject({ on: 'newOrder', fault: objects.withMembers({ finalize: 'https://elsewhere.test/' }) });
    fake.inject({ on: 'newOrder', fault: mutate(({ status, ...rest }) => ({ ...rest, state: status })) });
    const made = [];
    for (let count = 0; count < 3; count++) made.push((await order(fake, account, ['a.test'])).json);
    assert.deepEqual(made[0]?.identifiers, [{ type: 'dns', value: 'evil.test' }]);
    assert.equal(made[1]?.finalize, 'https://elsewhere.test/');
    assert.deepEqual([made[2]?.status, made[2]?.state], [undefined, 'pending']);
  });

  it('withoutMember takes a resource out of the directory', async () => {
    fake.inject({ on: 'directory', fault: objects.withoutMember('keyChange') });
    assert.equal('keyChange' in (await send(fake, fake.directoryUrl)).json, false);
    assert.equal('keyChange' in (await send(fake, fake.directoryUrl)).json, true);
  });

  it('wrongKey gives a certificate that verifies but has another key', async () => {
    const [leaf, intermediate] = await download(certificates.wrongKey());
    assert.ok(leaf && intermediate);
    assert.equal(leaf.verify(intermediate.publicKey), true);
    assert.equal(leaf.publicKey.equals(createPublicKey(issued.certificateKey)), false);
    assert.equal(leaf.subjectAltName, issued.leaf.subjectAltName);
  });

  it('missingName gives a certificate for the right key without the last name', async () => {
    const [leaf] = await download(certificates.missingName());
    assert.equal(leaf?.subjectAltName, 'DNS:a.example.test');
    assert.equal(leaf?.publicKey.equals(createPublicKey(issued.certificateKey)), true);
  });

  it('expiredCertificate gives a certificate that has run out', async () => {
    const [leaf] = await download(certificates.expiredCertificate());
    assert.equal((leaf?.validToDate.getTime() ?? 0) < Date.now(), true);
  });

  it('emptyChain, reversedChain and leafOnly change the list', async () => {
    const right = (await download()).map(({ serialNumber }) => serialNumber);
    const serials = async (fault: Fault) => (await download(fault)).map(({ serialNumber }) => serialNumber);
    assert.equal(right.length, 2);
    assert.deepEqual(await serials(certificates.emptyChain()), []);
    assert.deepEqual(await serials(certificates.reversedChain()), right.toReversed());
    assert.deepEqual(await serials(certificates.leafOnly()), right.slice(0, 1));
  });

  async function download(fault?: Fault): Promise<X509Certificate[]> {
    if (fault !== undefined) fake.inject({ on: 'certificate', fault });
    const { status, text } = await post(fake, issued.certificateUrl, issued.account);
    assert.equal(status, 200);
    const pems = text.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    return pems.map((pem) => new X509Certificate(pem));
  }
});
