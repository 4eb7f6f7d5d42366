import type { AcmeOrder, CertificateChain } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import { readLinks } from './links.ts';
import type { AcmeApi } from './session.ts';
import type { AcmeResponse } from './transport.ts';

const pemPattern = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** A CA that offers more alternates than this is not worth following further. */
const alternatesLimit = 10;

/** Which of several chains is wanted. */
export interface ChainPreference {
  /** Common name of the issuer of the topmost certificate, in any case. */
  readonly issuer: string;
  readonly issuerOf: (certificatePem: string) => string | undefined;
}

/** The chain to use, and what there is when none is the preferred one. */
export interface ChosenChain {
  readonly chain: CertificateChain;
  /** Common names of the issuers that the CA's chains lead up to; absent when the wish was met. */
  readonly others?: readonly string[];
}

/**
 * The certificate of a valid order (RFC 8555 section 7.4.2): the default chain, or the first alternate whose topmost
 * certificate was issued by the preferred issuer; without a match the default chain.
 * @throws WacsError CertificateRejected when there is no certificate in the answer.
 */
export async function downloadChain(
  api: AcmeApi,
  order: AcmeOrder,
  preference?: ChainPreference,
): Promise<ChosenChain> {
  if (order.certificate === undefined) throw rejected(`the valid order ${order.url} names no certificate`);
  const response = await api.apiRequest(order.certificate, null, [200]);
  const chain = readChain(response);
  if (preference === undefined) return { chain };
  const others: string[] = [];
  const isWished = (candidate: CertificateChain): boolean => {
    const issuer = topIssuer(candidate, preference);
    others.push(issuer ?? 'unnamed');
    return issuer?.toLowerCase() === preference.issuer.toLowerCase();
  };
  if (isWished(chain)) return { chain };
  for (const url of readLinks(response.headers, 'alternate', response.url).slice(0, alternatesLimit)) {
    const alternate = await readAlternate(api, url);
    if (alternate !== undefined && isWished(alternate)) return { chain: alternate };
  }
  return { chain, others };
}

/** An alternate that cannot be had must not cost the certificate: the default chain is already there. */
async function readAlternate(api: AcmeApi, url: string): Promise<CertificateChain | undefined> {
  try {
    return readChain(await api.apiRequest(url, null, [200]));
  } catch (error) {
    if (error instanceof WacsError && error.code !== 'Interrupted') return undefined;
    throw error;
  }
}

function readChain(response: AcmeResponse): CertificateChain {
  const pems = typeof response.data === 'string' ? response.data.match(pemPattern) : null;
  if (pems !== null && pems.length > 0) return pems.map((pem) => `${pem}\n`);
  throw rejected(`${response.url} answered with something that is not a PEM certificate chain`);
}

function rejected(message: string): WacsError {
  return new WacsError('CertificateRejected', message, {
    hint: 'The old certificate stays in use. The next run orders again; if it fails again, the fault is with the CA.',
  });
}

function topIssuer(chain: CertificateChain, { issuerOf }: ChainPreference): string | undefined {
  const top = chain.at(-1);
  return top === undefined ? undefined : issuerOf(top);
}
