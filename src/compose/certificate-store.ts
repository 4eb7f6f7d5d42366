import { randomBytes } from 'node:crypto';
import type { CertificateTools, PfxProtection } from '../core/certificate.ts';
import type { WindowsCertificateStore } from '../core/certificate-store.ts';
import type { Log } from '../core/ports.ts';
import type { Redactor } from '../log/redact.ts';
import { onWindows } from './foundation.ts';
import { lazy } from './lazy.ts';

interface StoreParts {
  readonly certificates: CertificateTools;
  readonly pfxProtection: PfxProtection;
  readonly createPassword: () => string;
  readonly log: Log;
}

/** The certificate stores of Windows, loaded when a renewal first uses one. */
export function lazyCertificateStore(parts: StoreParts): WindowsCertificateStore {
  const store = lazy(() => openCertificateStore(parts));
  return {
    defaultName: async () => (await store.get()).defaultName(),
    check: async (place, grants) => (await store.get()).check(place, grants),
    list: async (place) => (await store.get()).list(place),
    find: async (place, thumbprint) => (await store.get()).find(place, thumbprint),
    addIntermediates: async (owner, pems) => (await store.get()).addIntermediates(owner, pems),
    add: async (place, entry) => (await store.get()).add(place, entry),
    remove: async (place, thumbprint) => (await store.get()).remove(place, thumbprint),
  };
}

/** A password for a PFX that nobody is to open later; no output shows it. */
export function createPassword(redactor: Redactor): string {
  const password = randomBytes(24).toString('base64url');
  redactor.add(password);
  return password;
}

async function openCertificateStore(parts: StoreParts): Promise<WindowsCertificateStore> {
  if (onWindows)
    return (await import('../platform/win32/certificates/certificate-store.ts')).createCertificateStore(parts);
  return (await import('../platform/unsupported-certificate-store.ts')).createUnsupportedCertificateStore();
}
