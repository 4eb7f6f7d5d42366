import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import acme from 'acme-client';
import type { FakeAcme } from '../support/fake-acme/fake-acme.ts';
import { order, post, type RawAccount, type RawAnswer, register } from './raw-client.ts';

/** A certificate with all that made it; the CA must have `alwaysValid`. */
export interface Issued {
  readonly account: RawAccount;
  readonly certificateKey: KeyObject;
  readonly orderUrl: string;
  readonly certificateUrl: string;
  readonly leaf: X509Certificate;
  readonly renewalId: string;
  readonly finalized: RawAnswer;
}

/** Issues for the names by hand-made requests. */
export async function issueRaw(fake: FakeAcme, names: readonly string[], account?: RawAccount): Promise<Issued> {
  const owner = account ?? (await register(fake));
  const created = await order(fake, owner, names);
  await answerAll(fake, owner, created.json.authorizations as string[]);
  const [keyPem, csr] = await acme.crypto.createCsr(
    { altNames: [...names] },
    await acme.crypto.createPrivateEcdsaKey(),
  );
  const payload = { csr: acme.crypto.getPemBodyAsB64u(csr) };
  const finalized = await post(fake, String(created.json.finalize), { ...owner, payload });
  const orderUrl = String(created.headers.location);
  const { json } = await post(fake, orderUrl, owner);
  const certificateUrl = String(json.certificate);
  const id = certificateUrl.split('/').at(-1) ?? '';
  const certificate = fake.state.certificates.get(id);
  if (certificate === undefined) throw new Error(`not issued: ${finalized.text}`);
  return {
    account: owner,
    certificateKey: createPrivateKey(keyPem),
    orderUrl,
    certificateUrl,
    leaf: new X509Certificate(certificate.der),
    renewalId: certificate.renewalId,
    finalized,
  };
}

async function answerAll(fake: FakeAcme, account: RawAccount, urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const { json } = await post(fake, url, account);
    const [challenge] = json.challenges as { url: string }[];
    await post(fake, challenge?.url ?? '', { ...account, payload: {} });
  }
}
