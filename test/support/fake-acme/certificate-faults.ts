import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault-rules.ts';
import { changeResponse } from './faults.ts';
import type { LeafContent } from './issuer.ts';
import type { FakeResponse } from './messages.ts';
import type { FakeCertificate } from './state.ts';

/** A certificate for another key than the request's. */
export function wrongKey(): Fault {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return reissued(() => ({ publicKey: publicKey.export({ type: 'spki', format: 'der' }) }));
}

/** A certificate that lacks the last name of the order. */
export function missingName(): Fault {
  return reissued(({ identifiers }) => ({ identifiers: identifiers.slice(0, -1) }));
}

/** A certificate that has run out. */
export function expiredCertificate(): Fault {
  const day = 86_400_000;
  return reissued(() => ({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }));
}

/** A certificate that begins in two days. */
export function futureCertificate(): Fault {
  const day = 86_400_000;
  return reissued(() => ({ notBefore: new Date(Date.now() + 2 * day), notAfter: new Date(Date.now() + 90 * day) }));
}

/** A certificate whose names are not where clients look for them. */
export function withoutNames(): Fault {
  return reissued(() => ({ identifiers: [] }));
}

/** 200 with an empty chain. */
export function emptyChain(): Fault {
  return changeChain(() => []);
}

/** The leaf comes last. */
export function reversedChain(): Fault {
  return changeChain((pems) => pems.toReversed());
}

/** The leaf alone, without its intermediates. */
export function leafOnly(): Fault {
  return changeChain((pems) => pems.slice(0, 1));
}

/** Any change of the list of PEM certificates in the answer. */
export function changeChain(change: (pems: readonly string[]) => readonly string[]): Fault {
  return changeCertificate((response, pems) => ({ ...response, body: change(pems).join('') }));
}

/** Issues anew, with some of the content changed, and puts the new leaf in place of the other. */
function reissued(change: (content: LeafContent) => Partial<LeafContent>): Fault {
  return changeCertificate(async (response, pems, exchange) => {
    const content = findCertificate(exchange);
    const { chains } = await exchange.state.issuer.issue({ ...content, ...change(content) });
    const leaf = chains[0]?.[0] ?? '';
    return { ...response, body: [leaf, ...pems.slice(1)].join('') };
  });
}

function changeCertificate(
  change: (response: FakeResponse, pems: readonly string[], exchange: Exchange) => FakeResponse | Promise<FakeResponse>,
): Fault {
  return changeResponse((response, exchange) => {
    if (response.status !== 200 || typeof response.body !== 'string') return response;
    return change(response, response.body.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n/g) ?? [], exchange);
  });
}

function findCertificate({ state, request }: Exchange): FakeCertificate {
  const certificate = state.certificates.get(request.id.split('/')[0] ?? '');
  if (certificate === undefined) throw new Error(`no certificate ${request.id}`);
  return certificate;
}
