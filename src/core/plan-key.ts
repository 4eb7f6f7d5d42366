import type { CsrPlugin, Target } from './plugin.ts';

/**
 * Fingerprint of everything a certificate depends on: names, common name, key and profile; of a request that was given,
 * its digest in place of the key. A stored certificate with another fingerprint has to be replaced.
 */
export function planKey(target: Target, csr: CsrPlugin | undefined, profile: string | undefined): string {
  const names = target.identifiers.map(({ type, value }) => `${type}:${value}`).sort();
  return [keyPart(target, csr), profile ?? '-', `cn:${target.commonName.value}`, ...names].join('|');
}

function keyPart({ request }: Target, csr: CsrPlugin | undefined): string {
  if (request !== undefined) return `request-${request.digest}${request.privateKeyPem === undefined ? '' : '+key'}`;
  if (csr === undefined) return '-';
  const { key, mustStaple } = csr;
  const size = key.type === 'rsa' ? String(key.bits) : key.curve;
  return `${key.type}-${size}${mustStaple ? '+must-staple' : ''}`;
}
