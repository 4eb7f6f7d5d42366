import type { KeySpec } from './certificate.ts';
import type { Target } from './plugin.ts';

/**
 * Fingerprint of everything a certificate depends on: names, common name, key and profile. A stored certificate with
 * another fingerprint has to be replaced.
 */
export function planKey(target: Target, key: KeySpec, profile: string | undefined): string {
  const names = target.identifiers.map(({ type, value }) => `${type}:${value}`).sort();
  const size = key.type === 'rsa' ? String(key.bits) : key.curve;
  return [`${key.type}-${size}`, profile ?? '-', `cn:${target.commonName.value}`, ...names].join('|');
}
