import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls';
import { WacsError } from '../core/errors.ts';
import type { Identifier } from '../core/identifier.ts';
import { reverseName } from '../core/ip-address.ts';
import type { Log, TlsChallengeServer } from '../core/ports.ts';
import type { ServerCertificate } from './challenge-listener.ts';
import { ChallengePorts, type PortChallenges } from './challenge-ports.ts';
import { listenFailure, type OwnerOf } from './listen-failure.ts';
import { type Listener, listenOnAllAddresses } from './listener.ts';
import { NameTurns } from './name-turns.ts';

const protocol = 'acme-tls/1';
const shownNameLength = 100;
/** The turn's is longer than the CA is waited for, so that only a fault lets it pass. */
const defaultLimits = { handshakeMs: 10_000, goodbyeMs: 2_000, turnMs: 15 * 60_000 };

/** How long anyone is waited for. */
export interface TlsChallengeLimits {
  readonly handshakeMs: number;
  /** For a client that has been answered to go away. */
  readonly goodbyeMs: number;
  /** For another key authorization of the same name to be withdrawn. */
  readonly turnMs: number;
}

type Contexts = PortChallenges<SecureContext>;

/** What answering needs. */
export interface TlsChallengeServices {
  readonly log: Log;
  /** Ends the wait for a name. */
  readonly signal: AbortSignal;
  /** The certificate of RFC 8737 section 3. */
  readonly createCertificate: (identifier: Identifier, keyAuthorization: string) => Promise<ServerCertificate>;
  readonly ownerOf?: OwnerOf;
  readonly limits?: Partial<TlsChallengeLimits>;
}

/**
 * Answers TLS-ALPN-01 challenges (RFC 8737; RFC 8738 for addresses): one listener a port, shared by all names there, on
 * IPv4 and IPv6. Clients without `acme-tls/1` and unknown names are refused; nobody gets more than a handshake. A name
 * can give one answer at a time, so a second key authorization for it waits until the first is withdrawn.
 */
export function createTlsChallengeServer(services: TlsChallengeServices): TlsChallengeServer {
  const answering = { ...services, limits: { ...defaultLimits, ...services.limits } };
  const ports = new ChallengePorts<SecureContext>();
  const turns = new NameTurns();
  return {
    async publish(port, identifier, keyAuthorization) {
      const name = serverName(identifier);
      await takeTurn(turns, { place: `${port} ${name}`, identifier, keyAuthorization }, services);
      try {
        const { certificatePem, privateKeyPem } = await services.createCertificate(identifier, keyAuthorization);
        const context = createSecureContext({ cert: certificatePem, key: privateKeyPem });
        await ports.publish(port, name, context, (challenges) => listen(port, challenges, answering));
      } catch (error) {
        turns.giveBack(`${port} ${name}`, keyAuthorization);
        throw error;
      }
    },
    async withdraw(port, identifier, keyAuthorization) {
      const name = serverName(identifier);
      if (!turns.isTaken(`${port} ${name}`, keyAuthorization)) return;
      await ports.withdraw(port, name);
      turns.giveBack(`${port} ${name}`, keyAuthorization);
    },
  };
}

/** The name a handshake asks for: the DNS name, or that of the address in the reverse zones (RFC 8738 section 6). */
function serverName({ type, value }: Identifier): string {
  return type === 'ip' ? reverseName(value) : value.toLowerCase();
}

interface Wish {
  readonly place: string;
  readonly identifier: Identifier;
  readonly keyAuthorization: string;
}

async function takeTurn(turns: NameTurns, wish: Wish, services: TlsChallengeServices): Promise<void> {
  const { place, identifier, keyAuthorization } = wish;
  const limit = AbortSignal.timeout(services.limits?.turnMs ?? defaultLimits.turnMs);
  try {
    await turns.take(place, keyAuthorization, AbortSignal.any([services.signal, limit]));
  } catch (cause) {
    services.signal.throwIfAborted();
    throw new WacsError(
      'ValidationSetupError',
      `cannot answer tls-alpn-01 for ${identifier.value}: another renewal has been validating it for too long`,
      { hint: 'run the command again when the other renewal is done', cause },
    );
  }
}

interface Answering extends Pick<TlsChallengeServices, 'log' | 'ownerOf'> {
  readonly limits: TlsChallengeLimits;
}

async function listen(port: number, contexts: Contexts, answering: Answering): Promise<Listener> {
  try {
    return await listenOnAllAddresses(port, () => createHandshaker(contexts, answering));
  } catch (error) {
    const otherWay =
      'validate in another way: http-01 works beside IIS, as does validation by DNS, ' +
      'but http.sys and its programs, IIS among them, cannot share a port with tls-alpn-01';
    throw listenFailure({ port, challenge: 'the TLS challenge', otherWay, ownerOf: answering.ownerOf }, error);
  }
}

function createHandshaker(contexts: Contexts, { log, limits }: Answering): Server {
  const server = createServer({
    ALPNProtocols: [protocol],
    handshakeTimeout: limits.handshakeMs,
    minVersion: 'TLSv1.2',
    // Without a context for the name there is no certificate, which ends the handshake by an alert.
    SNICallback: (name, respond) => respond(null, contexts.get(name.toLowerCase())),
  });
  server.on('secureConnection', (socket) => sayGoodbye(socket, { log, limits }));
  server.on('tlsClientError', (error, socket) => {
    log.verbose(`challenge handshake${from(socket)} refused: ${error.message}`);
  });
  return server;
}

/** A client that asked for no protocol at all has come through the handshake too; there is nothing in it for anyone. */
function sayGoodbye(socket: TLSSocket, { log, limits }: Answering): void {
  const asked = socket.alpnProtocol === protocol;
  log.verbose(`challenge handshake${from(socket)}: ${asked ? 'answered' : `closed, as it is without ${protocol}`}`);
  socket.on('error', () => undefined);
  const limit = setTimeout(() => socket.destroy(), limits.goodbyeMs);
  socket.once('close', () => clearTimeout(limit));
  socket.resume();
  socket.end();
}

function from(socket: TLSSocket): string {
  const { servername } = socket;
  const name = typeof servername === 'string' ? ` for ${servername.slice(0, shownNameLength)}` : '';
  return ` from ${socket.remoteAddress ?? 'an unknown address'}${name}`;
}
