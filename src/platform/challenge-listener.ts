import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type Listener, listenOnAllAddresses } from './listener.ts';

/** Where challenges are asked for (RFC 8555 section 8.3). */
export const challengePrefix = '/.well-known/acme-challenge/';

const requestLimitMs = 10_000;
const limits = { requestTimeout: requestLimitMs, headersTimeout: requestLimitMs };

/** A request that came to the port of the challenges. */
export interface ChallengeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Address of who asks, as far as known. */
  readonly from: string;
}

/** What is answered; a HEAD gets no body. */
export interface ChallengeAnswer {
  readonly status: 200 | 404;
  readonly body: string;
}

export type AnswerChallenge = (request: ChallengeRequest) => ChallengeAnswer;

/** Starts to answer on a port. @throws the system's error, or a WacsError ValidationSetupError, when it cannot be used. */
export type OpenListener = (port: number, answer: AnswerChallenge) => Promise<Listener>;

export type { Listener };

/** Type of the body: the key authorization as it stands, anything else as text. */
export function contentTypeOf({ status }: ChallengeAnswer): string {
  return status === 200 ? 'application/octet-stream' : 'text/plain';
}

/** Answers by a server of this process, which needs the port for itself. */
export const openOwnListener: OpenListener = (port, answer) =>
  listenOnAllAddresses(port, () => createServer(limits, respond(answer)));

/** A certificate and its key, PEM. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/**
 * The same by https, for web addresses that redirect to it. CAs follow redirects to any certificate, so the one created
 * here need not convince anybody.
 */
export function ownSecureListener(createCertificate: () => Promise<ServerCertificate>): OpenListener {
  return async (port, answer) => {
    const { certificatePem: cert, privateKeyPem: key } = await createCertificate();
    const options = { ...limits, handshakeTimeout: requestLimitMs, cert, key };
    return listenOnAllAddresses(port, () => createSecureServer(options, respond(answer)));
  };
}

function respond(answer: AnswerChallenge): RequestListener {
  return (request, response) => {
    const answered = answer({
      method: request.method ?? '',
      path: (request.url ?? '').split('?', 1)[0] ?? '',
      from: request.socket.remoteAddress ?? 'an unknown address',
    });
    response.writeHead(answered.status, {
      'content-type': contentTypeOf(answered),
      'content-length': Buffer.byteLength(answered.body),
      connection: 'close',
    });
    response.end(answered.body);
  };
}
