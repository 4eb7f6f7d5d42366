import type { WindowsCertificateStore } from '../core/certificate-store.ts';
import { WacsError } from '../core/errors.ts';

/** The certificate stores of a system that is not Windows: there are none (UnsupportedPlatform). */
export function createUnsupportedCertificateStore(): WindowsCertificateStore {
  const refuse = async (): Promise<never> => {
    throw new WacsError('UnsupportedPlatform', 'certificate stores exist on Windows only', {
      hint: 'Give --store pemfiles or --store pfxfile here.',
    });
  };
  return {
    // The name matters to nobody: whatever is done with it is refused.
    defaultName: async () => 'My',
    check: refuse,
    list: refuse,
    find: refuse,
    addIntermediates: refuse,
    add: refuse,
    remove: refuse,
  };
}
