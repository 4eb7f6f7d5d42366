import { WacsError } from '../core/errors.ts';
import type { HttpChallengeServer, Log } from '../core/ports.ts';
import {
  type AnswerChallenge,
  type ChallengeRequest,
  challengePrefix,
  type OpenListener,
  openOwnListener,
} from './challenge-listener.ts';
import { ChallengePorts, type PortChallenges } from './challenge-ports.ts';
import { listenFailure, type OwnerOf } from './listen-failure.ts';
import type { Listener } from './listener.ts';

const shownPathLength = 200;

/** How a server is set up. */
export interface ChallengeServerOptions {
  readonly log: Log;
  /** For http; default: a server of this process. */
  readonly open?: OpenListener;
  /** For https; without it there is none. */
  readonly openSecure?: OpenListener;
  readonly ownerOf?: OwnerOf;
}

/**
 * Answers HTTP-01 challenges itself: one listener a port, shared by all tokens there.
 * @throws (from `publish`) WacsError ValidationSetupError naming the port and why it cannot be used
 */
export function createHttpChallengeServer(options: ChallengeServerOptions): HttpChallengeServer {
  const ports = new ChallengePorts<string>();
  return {
    publish: (port, token, keyAuthorization, protocol = 'http') =>
      ports.publish(port, token, keyAuthorization, (challenges) =>
        listen(port, protocol, { ...options, answerTo: (request) => answer(challenges, request, options.log) }),
      ),
    withdraw: (port, token) => ports.withdraw(port, token),
  };
}

function answer(challenges: PortChallenges<string>, { method, path, from }: ChallengeRequest, log: Log) {
  const known = path.startsWith(challengePrefix) ? challenges.get(path.slice(challengePrefix.length)) : undefined;
  const served = known !== undefined && (method === 'GET' || method === 'HEAD');
  const status = served ? 200 : 404;
  log.verbose(`challenge request from ${from}: ${method} ${path.slice(0, shownPathLength)}: ${status}`);
  const body = served ? known : 'This port answers ACME challenges only, and knows none of this name.\n';
  return { status, body } as const;
}

async function listen(
  port: number,
  protocol: 'http' | 'https',
  {
    answerTo,
    open = openOwnListener,
    openSecure = noListener,
    ownerOf,
  }: ChallengeServerOptions & { answerTo: AnswerChallenge },
): Promise<Listener> {
  try {
    return await (protocol === 'https' ? openSecure : open)(port, answerTo);
  } catch (error) {
    const purpose = { port, challenge: 'the HTTP challenge', otherWay: 'use filesystem validation', ownerOf };
    throw listenFailure(purpose, error);
  }
}

const noListener: OpenListener = async () => {
  throw new WacsError('UnexpectedError', 'there is no listener for https');
};
