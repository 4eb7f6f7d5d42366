import type { Writable } from 'node:stream';

/** Without any progress for this long, queued output is given up: nobody reads it. */
const stallLimitMs = 30_000;
const progressCheckMs = 100;

/** The parts of a standard stream that are used. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
}

/** The terminal, or what stands in its place. */
export interface Console {
  /** Writes text as it is to standard output. Never throws. */
  out(text: string): void;
  /** Writes text as it is to standard error. Never throws. */
  err(text: string): void;
  /** Whether colours may be used: a terminal, and neither `NO_COLOR` (no-color.org) nor `TERM=dumb`. */
  readonly colours: { readonly out: boolean; readonly err: boolean };
  /** Whether somebody can be asked: input and output are terminals. */
  readonly isInteractive: boolean;
  /** Settles when all output has left the process, or has not moved for 30 s. */
  flush(): Promise<void>;
}

/** Standard streams; each is a function because reading one throws when its handle is missing or closed. */
export interface ConsoleStreams {
  readonly stdout: () => OutputStream;
  readonly stderr: () => OutputStream;
  readonly stdin: () => { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

const standardStreams: ConsoleStreams = {
  stdout: () => process.stdout,
  stderr: () => process.stderr,
  stdin: () => process.stdin,
  env: process.env,
};

/** The console. A reader that goes away (EPIPE) and a missing handle (a service) silence it, they do not fail the run. */
export function createConsole(streams: ConsoleStreams = standardStreams): Console {
  const stdout = onFirstUse(streams.stdout);
  const stderr = onFirstUse(streams.stderr);
  const plain = (streams.env.NO_COLOR ?? '') !== '' || streams.env.TERM === 'dumb';
  return {
    out: (text) => write(stdout.get(), text),
    err: (text) => write(stderr.get(), text),
    colours: {
      get out() {
        return stdout.get()?.isTTY === true && !plain;
      },
      get err() {
        return stderr.get()?.isTTY === true && !plain;
      },
    },
    get isInteractive() {
      return stdout.get()?.isTTY === true && attempt(streams.stdin)?.isTTY === true;
    },
    async flush() {
      await Promise.all([drained(stdout.used()), drained(stderr.used())]);
    },
  };
}

interface LazyStream {
  get(): OutputStream | undefined;
  /** The stream if anything was written to it or asked of it. */
  used(): OutputStream | undefined;
}

/** Opening a stream takes longer than most runs need to decide that they have nothing to say. */
function onFirstUse(open: () => OutputStream): LazyStream {
  let opened = false;
  let stream: OutputStream | undefined;
  return {
    get() {
      if (!opened) stream = usable(open);
      opened = true;
      return stream;
    },
    used: () => stream,
  };
}

function usable(get: () => OutputStream): OutputStream | undefined {
  const stream = attempt(get);
  stream?.on('error', () => undefined);
  return stream;
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function write(stream: OutputStream | undefined, text: string): void {
  if (stream === undefined || stream.destroyed || text === '') return;
  attempt(() => stream.write(text));
}

function drained(stream: OutputStream | undefined): Promise<void> {
  if (stream === undefined || stream.destroyed || stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const stopWatching = onStall(stream, finish);
    function finish(): void {
      stopWatching();
      stream?.off('close', finish);
      resolve();
    }
    stream.once('close', finish);
    // The callback comes after everything queued before; it comes with an error when the reader has gone.
    if (attempt(() => stream.write('', finish)) === undefined) finish();
  });
}

function onStall(stream: OutputStream, stalled: () => void): () => void {
  let queued = stream.writableLength;
  let movedAt = performance.now();
  const timer = setInterval(() => {
    if (stream.writableLength !== queued) movedAt = performance.now();
    queued = stream.writableLength;
    if (performance.now() - movedAt > stallLimitMs) stalled();
  }, progressCheckMs);
  return () => clearInterval(timer);
}
