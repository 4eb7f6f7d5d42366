import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import acme from 'acme-client';
import type { FakeAcme } from '../support/fake-acme/fake-acme.ts';

/** An acme-client client with quick retries that trusts the fake CA. */
export async function createClient(
  fake: FakeAcme,
  externalAccountBinding?: { readonly kid: string; readonly hmacKey: string },
): Promise<acme.Client> {
  trust(fake);
  return new acme.Client({
    directoryUrl: fake.directoryUrl,
    accountKey: await acme.crypto.createPrivateEcdsaKey(),
    backoffMin: 20,
    backoffMax: 50,
    ...(externalAccountBinding ? { externalAccountBinding } : {}),
  });
}

/** Runs order → http-01 → finalize for an account that exists; the responder listens on the CA's http-01 port. */
export async function issue(fake: FakeAcme, client: acme.Client, names: readonly string[]): Promise<acme.Order> {
  const order = await client.createOrder({ identifiers: names.map((value) => ({ type: 'dns' as const, value })) });
  await using responder = await startResponder(fake.httpPort);
  for (const authorization of await client.getAuthorizations(order)) {
    const challenge = authorization.challenges.find(({ type }) => type === 'http-01');
    if (challenge === undefined) throw new Error('no http-01 offered');
    responder.tokens.set(challenge.token, await client.getChallengeKeyAuthorization(challenge));
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  }
  const [, csr] = await acme.crypto.createCsr({ altNames: [...names] }, await acme.crypto.createPrivateEcdsaKey());
  return client.finalizeOrder(order, csr);
}

/** Account first, then the same. */
export async function registerAndIssue(fake: FakeAcme, names: readonly string[]) {
  const client = await createClient(fake);
  await client.createAccount({ termsOfServiceAgreed: true });
  return { client, order: await issue(fake, client, names) };
}

function trust(fake: FakeAcme): void {
  acme.axios.defaults.httpsAgent = new Agent({ ca: readFileSync(fake.caFile) });
  Object.assign(acme.axios.defaults, { acmeSettings: { retryMaxAttempts: 2, retryDefaultDelay: 0.01 } });
}

interface Responder extends AsyncDisposable {
  /** Token → key authorization. */
  readonly tokens: Map<string, string>;
}

async function startResponder(port: number): Promise<Responder> {
  const tokens = new Map<string, string>();
  const server = createServer((request, response) => {
    const text = tokens.get(request.url?.split('/').at(-1) ?? '');
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    tokens,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
