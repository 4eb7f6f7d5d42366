import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerChallenge, Listener } from '../challenge-listener.ts';
import { createResponse, readRequest, requestId } from './http-sys-structures.ts';
import { httpapi } from './httpapi.ts';
import { kernel32 } from './kernel32.ts';
import { nativeBuffer, wideString } from './library.ts';
import { createOverlapped, type Overlapped } from './overlapped.ts';

const version1 = 1;
const initializeServer = 1;
/** HTTP_SEND_RESPONSE_FLAG_DISCONNECT. */
const disconnect = 1;
const success = 0;
const ioPending = 997;
const moreData = 234;
const bufferOverflow = 0x8000_0005;
const requestBytes = 16_384;
const lookEveryMs = 20;
/**
 * Requests that are waited for at the same time: each that comes in finds one of them, also when several come at once.
 * (Wine forgets those that do not.)
 */
const waiting = 32;
/** Rounds of answering without a pause for anything else. */
const inOneGo = 4;
/** Answers on their way at the same time; clients that do not read must not fill the memory. */
const mostAnswers = 256;
const closeLimitMs = 2_000;

/** An error code of http.sys. */
export class HttpSysError extends Error {
  readonly functionName: string;
  readonly code: number;

  constructor(functionName: string, code: number) {
    super(`${functionName} failed with ${code}`);
    this.functionName = functionName;
    this.code = code;
  }
}

/**
 * Answers the requests of one URL prefix, such as `http://+:80/.well-known/acme-challenge/`, in the kernel's web server:
 * beside IIS, and whatever else shares the port through it. Nothing blocks: requests and answers are overlapped and
 * looked after every 20 ms.
 * @throws HttpSysError
 */
export function openHttpSysListener(prefix: string, answer: AnswerChallenge): Listener {
  return new HttpSysListener(prefix, answer);
}

/** A place for one request, and the operation that waits for it. */
interface Receiver {
  readonly request: Buffer;
  operation: Overlapped | undefined;
}

class HttpSysListener implements Listener {
  readonly #prefix: Buffer;
  readonly #answer: AnswerChallenge;
  readonly #queue: bigint;
  readonly #timer: NodeJS.Timeout;
  readonly #answers = new Set<Overlapped>();
  readonly #receivers: readonly Receiver[] = Array.from({ length: waiting }, () => ({
    request: nativeBuffer(requestBytes),
    operation: undefined,
  }));

  constructor(prefix: string, answer: AnswerChallenge) {
    this.#prefix = wideString(prefix);
    this.#answer = answer;
    this.#queue = openQueue(this.#prefix);
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#look();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    httpapi().HttpRemoveUrl(this.#queue, this.#prefix);
    await this.#settle(this.#answers);
    const open = [...this.#answers, ...this.#receivers.flatMap(({ operation }) => operation ?? [])];
    for (const { structure } of open) kernel32().CancelIoEx(this.#queue, structure);
    kernel32().CloseHandle(this.#queue);
    await this.#settle(open);
    for (const operation of open) operation[Symbol.dispose]();
    httpapi().HttpTerminate(initializeServer, 0n);
  }

  #look(): void {
    this.#forgetSent();
    for (let round = 0; round < inOneGo; round += 1) {
      const busy = this.#receivers.filter((receiver) => this.#receive(receiver));
      if (busy.length === 0) return;
    }
  }

  /** Answers the request that has come, and waits for the next one. @returns whether one had come */
  #receive(receiver: Receiver): boolean {
    const operation = receiver.operation ?? this.#startReceiving(receiver);
    if (!operation.isDone() || this.#answers.size >= mostAnswers) return false;
    const status = operation.status();
    operation[Symbol.dispose]();
    if (status === success || status === bufferOverflow) this.#send(receiver.request);
    this.#startReceiving(receiver);
    return true;
  }

  #startReceiving(receiver: Receiver): Overlapped {
    const { request } = receiver;
    const operation = createOverlapped(request);
    const { structure } = operation;
    const code = httpapi().HttpReceiveHttpRequest(this.#queue, 0n, 0, request, request.length, 0n, structure);
    // What is done at once, or refused, need not be written into the structure.
    if (code !== ioPending) structure.writeBigUInt64LE(statusOf(code), 0);
    receiver.operation = operation;
    return operation;
  }

  #send(request: Buffer): void {
    const asked = readRequest(request);
    const { structure, parts } = createResponse(this.#answer(asked), asked);
    const sending = createOverlapped(structure, ...parts);
    const id = requestId(request);
    const code = httpapi().HttpSendHttpResponse(
      ...([this.#queue, id, disconnect, structure, 0n, 0n, 0n, 0, sending.structure, 0n] as const),
    );
    if (code === ioPending) this.#answers.add(sending);
    else sending[Symbol.dispose]();
  }

  #forgetSent(): void {
    for (const sending of this.#answers) {
      if (!sending.isDone()) continue;
      this.#answers.delete(sending);
      sending[Symbol.dispose]();
    }
  }

  async #settle(operations: Iterable<Overlapped>): Promise<void> {
    const limit = performance.now() + closeLimitMs;
    while ([...operations].some((operation) => !operation.isDone()) && performance.now() < limit) await sleep(5);
    this.#forgetSent();
  }
}

function openQueue(prefix: Buffer): bigint {
  check('HttpInitialize', httpapi().HttpInitialize(version1, initializeServer, 0n));
  const handle = nativeBuffer();
  try {
    check('HttpCreateHttpHandle', httpapi().HttpCreateHttpHandle(handle, 0));
    const queue = handle.readBigUInt64LE(0);
    const code = httpapi().HttpAddUrl(queue, prefix, 0n);
    if (code !== success) kernel32().CloseHandle(queue);
    check('HttpAddUrl', code);
    return queue;
  } catch (error) {
    httpapi().HttpTerminate(initializeServer, 0n);
    throw error;
  }
}

function check(functionName: string, code: number): void {
  if (code !== success) throw new HttpSysError(functionName, code);
}

function statusOf(code: number): bigint {
  if (code === moreData) return BigInt(bufferOverflow);
  return BigInt(code);
}
