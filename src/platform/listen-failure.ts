import { WacsError } from '../core/errors.ts';
import { errorCode } from './file-errors.ts';

/** Who listens on a port, such as `nginx.exe (process 1234)`; undefined where the system does not tell. */
export type OwnerOf = (port: number) => string | undefined;

/** What could not be answered on a port. */
export interface ListenPurpose {
  readonly port: number;
  /** As people call it, such as `the HTTP challenge`. */
  readonly challenge: string;
  /** What else helps when another program owns the port. */
  readonly otherWay: string;
  readonly ownerOf?: OwnerOf | undefined;
}

/** The failure to listen on a port for a challenge: who owns the port, as far as the system tells, and the ways out. */
export function listenFailure(purpose: ListenPurpose, cause: unknown): WacsError {
  if (cause instanceof WacsError) return cause;
  const { port, challenge, otherWay } = purpose;
  const code = errorCode(cause) ?? '';
  const message = `cannot listen on port ${port} for ${challenge}`;
  if (code === 'EADDRINUSE' || (code === 'EACCES' && process.platform === 'win32')) {
    return portTaken(`${message}: `, { ...purpose, code, cause });
  }
  if (code === 'EACCES') {
    const hint = `run this as root, forward a port above 1023 with --validationport, or ${otherWay}`;
    return new WacsError('ValidationSetupError', `${message}: ports below 1024 need root (${code})`, { hint, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WacsError('ValidationSetupError', `${message}: ${reason}`, { cause });
}

function portTaken(start: string, purpose: ListenPurpose & { code: string; cause: unknown }): WacsError {
  const { port, otherWay, ownerOf, code, cause } = purpose;
  const owner = ownerOf?.(port);
  const ways = `stop it for the time of the validation, forward another port with --validationport, or ${otherWay}`;
  const hint =
    owner === undefined ? `find the program that owns the port; ${ways}` : `${ways}, whatever suits ${owner}`;
  return new WacsError('ValidationSetupError', `${start}${owner ?? 'another program'} uses it (${code})`, {
    hint,
    cause,
  });
}
