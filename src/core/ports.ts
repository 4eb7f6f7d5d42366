import type { Identifier } from './identifier.ts';

/** Time. `sleep` MUST reject with the signal's reason when it is aborted. */
export interface Clock {
  now(): Date;
  /** @param milliseconds at least 0 */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Uniform random numbers in [0, 1). */
export interface Random {
  next(): number;
}

/** Levels of the log, least important first. `verbose` reaches the console only with `--verbose`. */
export type LogLevel = 'verbose' | 'info' | 'warning' | 'error';

/** Log of a run. Messages never carry secrets; the sinks redact registered secrets once more. */
export interface Log {
  verbose(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** A log whose lines start with the given prefix, for work side by side. */
  child(prefix: string): Log;
}

/** What a finished program left. */
export interface ProcessResult {
  /** Exit code as an unsigned 32-bit number; undefined when the program was killed at the limit. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** How a program is started. */
export interface ProcessRequest {
  /** Absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** Text already quoted for the program; used for cmd.exe only. */
  readonly verbatimArguments?: boolean;
  /** Bytes kept of each output stream; the rest is dropped. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
}

/** Runs programs: argument arrays, no shell, no window, standard input closed, whole tree killed at the limit. */
export interface ProcessRunner {
  /**
   * A program ended by a signal on POSIX has exit code 128 + signal number. An abort kills the tree and rejects with the
   * signal's reason.
   * @throws WacsError StorageError when the program cannot be started; its `cause` carries Node's `code`, such as ENOENT.
   */
  run(request: ProcessRequest): Promise<ProcessResult>;
}

/** What lies in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** How a file is written. */
export interface WriteOptions {
  /** Readable by the owner and administrators only, from the first byte on. */
  readonly private?: boolean;
}

/**
 * Files. Failures are `WacsError` AccessDenied (EACCES, EPERM, EROFS) or StorageError (everything else) naming the path
 * and the reason.
 */
export interface FileStore {
  /** Text (UTF-8, BOM dropped), or undefined when the file does not exist. */
  readText(path: string): Promise<string | undefined>;
  /** Content, or undefined when it does not exist. */
  readBytes(path: string): Promise<Uint8Array | undefined>;
  exists(path: string): Promise<boolean>;
  /** Names in a folder; empty when the folder does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** What lies in a folder; empty when the folder does not exist. */
  entries(path: string): Promise<readonly FolderEntry[]>;
  /** Old content or new content, never half: temporary file in the folder, flushed, renamed with bounded retries. */
  writeAtomic(path: string, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /** Creates the folder and its parents; returns the topmost folder it made, undefined when all existed. */
  ensureFolder(path: string, options?: WriteOptions): Promise<string | undefined>;
  /** Removes a file; nothing happens when it does not exist. */
  remove(path: string): Promise<void>;
  /** Removes a folder if it is empty; true when it was removed. */
  removeEmptyFolder(path: string): Promise<boolean>;
}

/** A response to `HttpClient.request`; headers in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** One HTTP request. */
export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Limit for the whole exchange. */
  readonly timeoutMs: number;
  /** Ends the exchange; the request then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Never through a proxy: for services of the machine itself, whose answers are secrets. */
  readonly direct?: boolean;
}

/** HTTP without retries. @throws WacsError AcmeUnreachable with the true cause (DNS, TCP, TLS, proxy, timeout). */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** Serves key authorizations under `/.well-known/acme-challenge/` (RFC 8555 section 8.3). */
export interface HttpChallengeServer {
  /**
   * Starts listening on the port when it is the first token there. With `https`, for a web address that redirects to it,
   * by a certificate that only a CA accepts, which looks at none. @throws WacsError ValidationSetupError.
   */
  publish(port: number, token: string, keyAuthorization: string, protocol?: 'http' | 'https'): Promise<void>;
  /** Stops listening after the last token of the port. */
  withdraw(port: number, token: string): Promise<void>;
}

/** Answers TLS handshakes that ask for the protocol `acme-tls/1` (RFC 8737). */
export interface TlsChallengeServer {
  /**
   * Starts listening on the port when it is the first challenge there. A name gives one answer at a time: another key
   * authorization for it waits until the first is withdrawn.
   * @throws WacsError ValidationSetupError naming the port and who owns it, where the system tells.
   */
  publish(port: number, identifier: Identifier, keyAuthorization: string): Promise<void>;
  /** Stops listening after the last challenge of the port. */
  withdraw(port: number, identifier: Identifier, keyAuthorization: string): Promise<void>;
}
