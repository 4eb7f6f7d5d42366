import type { Identifier } from '../core/identifier.ts';
import type { HttpChallengeServer, TlsChallengeServer } from '../core/ports.ts';
import type { OwnerOf } from '../platform/listen-failure.ts';
import { type Foundation, onWindows } from './foundation.ts';
import { lazy } from './lazy.ts';

/** Answers for http-01; loaded with the first challenge. */
export function lazyHttpChallenges(foundation: Foundation): HttpChallengeServer {
  const server = lazy(() => openHttpChallenges(foundation));
  return {
    publish: async (...challenge) => (await server.get()).publish(...challenge),
    withdraw: async (...challenge) => (await server.get()).withdraw(...challenge),
  };
}

/** Answers for tls-alpn-01; loaded with the first challenge. */
export function lazyTlsChallenges(foundation: Foundation): TlsChallengeServer {
  const server = lazy(() => openTlsChallenges(foundation));
  return {
    publish: async (...challenge) => (await server.get()).publish(...challenge),
    withdraw: async (...challenge) => (await server.get()).withdraw(...challenge),
  };
}

/** On Windows beside IIS and whatever else shares the port through http.sys. */
async function openHttpChallenges({ log, clock }: Foundation): Promise<HttpChallengeServer> {
  const [{ createHttpChallengeServer }, { ownSecureListener }] = await Promise.all([
    import('../platform/http-challenge-server.ts'),
    import('../platform/challenge-listener.ts'),
  ]);
  const openSecure = ownSecureListener(async () =>
    (await import('../crypto/self-signed.ts')).createNamelessCertificate(clock.now()),
  );
  if (!onWindows) return createHttpChallengeServer({ log, openSecure });
  const { openWindowsListener, openSecureWindowsListener } = await import('../platform/win32/windows-listener.ts');
  return createHttpChallengeServer({
    log,
    open: openWindowsListener(log),
    openSecure: openSecureWindowsListener(openSecure, log),
    ...(await portOwners()),
  });
}

async function openTlsChallenges({ log, signal, clock }: Foundation): Promise<TlsChallengeServer> {
  const [{ createTlsChallengeServer }, { createChallengeCertificate }] = await Promise.all([
    import('../platform/tls-challenge-server.ts'),
    import('../crypto/self-signed.ts'),
  ]);
  const createCertificate = (identifier: Identifier, keyAuthorization: string) =>
    createChallengeCertificate(identifier, keyAuthorization, clock.now());
  return createTlsChallengeServer({ log, signal, createCertificate, ...(await portOwners()) });
}

async function portOwners(): Promise<{ ownerOf?: OwnerOf }> {
  return onWindows ? { ownerOf: (await import('../platform/win32/port-owner.ts')).portOwner } : {};
}
