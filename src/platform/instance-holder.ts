import { connect, type Socket } from 'node:net';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A connection to the holder of a lock. */
export interface Visit {
  readonly holder: Holder | undefined;
  readonly connected: boolean;
  /** Settles when the holder has gone or after the limit, and ends the visit. */
  gone(limitMs: number): Promise<void>;
}

/** How long a holder may take to say who it is; one that is busy computing answers late. */
const introductionLimitMs = 1_000;
const longestLine = 8_192;
const longestTimerMs = 2 ** 31 - 1;

/** Connects to the holder of a lock and reads the line in which it introduces itself. Never throws. */
export async function askHolder(path: string): Promise<Visit> {
  const socket = connect(path);
  let closed = false;
  let connected = false;
  const closing = new Promise<undefined>((resolve) => {
    socket.once('close', () => {
      closed = true;
      resolve(undefined);
    });
  });
  socket.once('connect', () => {
    connected = true;
  });
  socket.on('error', () => undefined);
  const line = await Promise.race([firstLine(socket), closing, pause(introductionLimitMs)]);
  return {
    holder: parseHolder(line),
    connected,
    async gone(limitMs) {
      if (!closed && connected) await Promise.race([closing, pause(limitMs)]);
      socket.destroy();
    },
  };
}

function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      if (text.length < longestLine) text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

/** The other end may be anybody's program: what it says is checked and shortened. */
function parseHolder(line: string | undefined): Holder | undefined {
  if (line === undefined) return undefined;
  try {
    const { pid, command, startedAt } = JSON.parse(line);
    if (!Number.isInteger(pid) || typeof command !== 'string' || typeof startedAt !== 'string') return undefined;
    return { pid, command: printable(command), startedAt: printable(startedAt) };
  } catch {
    return undefined;
  }
}

function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, 300);
}

/** The open socket keeps the process alive meanwhile; the timer must not do so afterwards. */
function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(milliseconds, longestTimerMs), undefined).unref();
  });
}
