import { WacsError } from '../core/errors.ts';
import type { HttpChallengeServer, Log } from '../core/ports.ts';
import {
  type AnswerChallenge,
  type ChallengeRequest,
  challengePrefix,
  type Listener,
  type OpenListener,
  openOwnListener,
} from './challenge-listener.ts';
import { errorCode } from './file-errors.ts';

const shownPathLength = 200;

interface Entry {
  readonly keyAuthorization: string;
  /** Two orders of one account may share an authorization, hence a token. */
  holders: number;
}

interface Port {
  readonly entries: Map<string, Entry>;
  listener: Listener | undefined;
  /** Publishing and withdrawing on one port happen one after the other. */
  queue: Promise<void>;
}

/** How a server is set up. */
export interface ChallengeServerOptions {
  readonly log: Log;
  /** Default: a server of this process. */
  readonly open?: OpenListener;
  /** Who listens on a port, such as `nginx.exe (process 1234)`; undefined where the system does not tell. */
  readonly ownerOf?: (port: number) => string | undefined;
}

/**
 * Answers HTTP-01 challenges itself: one listener a port, shared by all tokens there.
 * @throws (from `publish`) WacsError ValidationSetupError naming the port and why it cannot be used
 */
export function createHttpChallengeServer(options: ChallengeServerOptions): HttpChallengeServer {
  const ports = new Map<number, Port>();
  return {
    publish: (port, token, keyAuthorization) =>
      inTurn(portOf(ports, port), (state) => publish({ state, port, options }, token, keyAuthorization)),
    withdraw: (port, token) => inTurn(portOf(ports, port), (state) => withdraw(state, token)),
  };
}

function portOf(ports: Map<number, Port>, port: number): Port {
  const known = ports.get(port);
  if (known !== undefined) return known;
  const fresh: Port = { entries: new Map(), listener: undefined, queue: Promise.resolve() };
  ports.set(port, fresh);
  return fresh;
}

function inTurn(state: Port, work: (state: Port) => Promise<void>): Promise<void> {
  const done = state.queue.then(() => work(state));
  state.queue = done.catch(() => undefined);
  return done;
}

interface Place {
  readonly state: Port;
  readonly port: number;
  readonly options: ChallengeServerOptions;
}

async function publish({ state, port, options }: Place, token: string, keyAuthorization: string): Promise<void> {
  state.listener ??= await listen(port, (request) => answer(state.entries, request, options.log), options);
  const holders = (state.entries.get(token)?.holders ?? 0) + 1;
  state.entries.set(token, { keyAuthorization, holders });
}

async function withdraw(state: Port, token: string): Promise<void> {
  const entry = state.entries.get(token);
  if (entry === undefined) return;
  entry.holders -= 1;
  if (entry.holders === 0) state.entries.delete(token);
  if (state.entries.size > 0) return;
  const { listener } = state;
  state.listener = undefined;
  await listener?.close();
}

function answer(entries: ReadonlyMap<string, Entry>, { method, path, from }: ChallengeRequest, log: Log) {
  const entry = path.startsWith(challengePrefix) ? entries.get(path.slice(challengePrefix.length)) : undefined;
  const served = entry !== undefined && (method === 'GET' || method === 'HEAD');
  const status = served ? 200 : 404;
  log.verbose(`challenge request from ${from}: ${method} ${path.slice(0, shownPathLength)}: ${status}`);
  const body = served
    ? entry.keyAuthorization
    : 'This port answers ACME challenges only, and knows none of this name.\n';
  return { status, body } as const;
}

async function listen(port: number, answerTo: AnswerChallenge, options: ChallengeServerOptions): Promise<Listener> {
  try {
    return await (options.open ?? openOwnListener)(port, answerTo);
  } catch (error) {
    throw error instanceof WacsError ? error : listenFailure(port, error, options.ownerOf?.(port));
  }
}

const otherWays =
  'stop it for the time of the validation, forward another port with --validationport, or use filesystem validation';

function listenFailure(port: number, cause: unknown, owner: string | undefined): WacsError {
  const code = errorCode(cause) ?? '';
  const message = `cannot listen on port ${port} for the HTTP challenge`;
  if (code === 'EADDRINUSE' || (code === 'EACCES' && process.platform === 'win32')) {
    const hint =
      owner === undefined
        ? `find the program that owns the port; ${otherWays}`
        : `${otherWays}, whatever suits ${owner}`;
    const who = owner ?? 'another program';
    return new WacsError('ValidationSetupError', `${message}: ${who} uses it (${code})`, { hint, cause });
  }
  if (code === 'EACCES') {
    const hint = 'run this as root, forward a port above 1023 with --validationport, or use filesystem validation';
    return new WacsError('ValidationSetupError', `${message}: ports below 1024 need root (${code})`, { hint, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WacsError('ValidationSetupError', `${message}: ${reason}`, { cause });
}
