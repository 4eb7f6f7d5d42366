import { WacsError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import {
  type AnswerChallenge,
  challengePrefix,
  type Listener,
  type OpenListener,
  openOwnListener,
} from '../challenge-listener.ts';
import { errorCode } from '../file-errors.ts';
import { HttpSysError, openHttpSysListener } from './http-sys-listener.ts';
import { portOwner } from './port-owner.ts';

const accessDenied = 5;
const alreadyExists = 183;

/**
 * Answers through http.sys, which shares the port with IIS and others; where that is not possible, by a server of this
 * process, which needs a port that nobody owns.
 */
export function openWindowsListener(log: Log): OpenListener {
  return async (port, answer): Promise<Listener> => {
    const prefix = `http://+:${port}${challengePrefix}`;
    try {
      const listener = openHttpSysListener(prefix, answer);
      log.verbose(`answering challenges through http.sys at ${prefix}`);
      return listener;
    } catch (error) {
      log.verbose(`http.sys cannot be used for ${prefix}: ${reasonOf(error)}`);
      return await openOwnListener(port, answer).catch((own: unknown) => {
        throw bothFailed(port, error, own);
      });
    }
  };
}

/**
 * Answers by https: by a server of this process, and where the port belongs to http.sys, through it with the certificate
 * that IIS has there.
 */
export function openSecureWindowsListener(own: OpenListener, log: Log): OpenListener {
  return async (port, answer): Promise<Listener> => {
    try {
      return await own(port, answer);
    } catch (error) {
      if (!isTaken(error)) throw error;
      return shareSecurePort(port, answer, { log, error });
    }
  };
}

function shareSecurePort(
  port: number,
  answer: AnswerChallenge,
  { log, error }: { log: Log; error: unknown },
): Listener {
  const prefix = `https://+:${port}${challengePrefix}`;
  try {
    const listener = openHttpSysListener(prefix, answer);
    log.verbose(`answering challenges through http.sys at ${prefix}`);
    return listener;
  } catch (shared) {
    throw bothFailed(port, shared, error);
  }
}

function isTaken(error: unknown): boolean {
  return ['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '');
}

/** When the port belongs to http.sys, its own answer is the reason; otherwise it is what our own server met. */
function bothFailed(port: number, shared: unknown, own: unknown): unknown {
  const owner = isTaken(own) ? portOwner(port) : undefined;
  if (owner === undefined || !owner.startsWith('http.sys')) return own;
  return new WacsError(
    'ValidationSetupError',
    `cannot answer HTTP challenges on port ${port}: ${owner} owns it, and ${reasonOf(shared)}`,
    { hint: hintFor(shared), cause: shared },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof HttpSysError)) return error instanceof Error ? error.message : String(error);
  if (error.code === accessDenied) return 'http.sys lets only administrators listen there (ERROR_ACCESS_DENIED)';
  if (error.code === alreadyExists) return 'another program answers challenges there (ERROR_ALREADY_EXISTS)';
  return `${error.functionName} failed with 0x${error.code.toString(16).toUpperCase().padStart(8, '0')}`;
}

function hintFor(error: unknown): string {
  const code = error instanceof HttpSysError ? error.code : 0;
  if (code === accessDenied) return 'Run this from an elevated prompt, or use --validation filesystem.';
  if (code === alreadyExists) return 'Wait until the other ACME client has ended, then run this again.';
  return 'Use --validation filesystem with the root folder of the web site.';
}
