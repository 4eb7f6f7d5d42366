import type { FakeRequest, FakeResponse } from '../messages.ts';
import { refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByAccount } from '../signed-request.ts';
import { type FakeAcmeState, findOwned } from '../state.ts';

/** Downloads a chain; the others are named as alternates (RFC 8555 section 7.4.2). */
export function certificate(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account, payload } = verifyByAccount(state, request);
  if (payload !== undefined) throw refuse('malformed', 400, 'a certificate is read with an empty payload');
  const [id = '', index = '0'] = request.id.split('/');
  const { chains } = findOwned(state.certificates, id, account);
  const chain = chains[Number(index)];
  if (chain === undefined) throw refuse('malformed', 404, `no such chain: ${request.id}`);
  const urls = chains.map((_, position) => resourceUrl(state, 'certificate', position ? `${id}/${position}` : id));
  const links = urls.filter((url) => url !== request.url).map((url) => `<${url}>;rel="alternate"`);
  return {
    status: 200,
    headers: { 'Content-Type': 'application/pem-certificate-chain', Link: links },
    body: chain.join(''),
  };
}
