import type { Fault } from './fault-rules.ts';
import type { FakeResponse } from './messages.ts';

/** An answer as it stands, from something in front of the CA: no effect, no nonce spent, no fresh nonce. */
export function rawAnswer(status: number, body: string, headers: FakeResponse['headers'] = {}): Fault {
  return { name: `raw ${status}`, apply: ({ send }) => send({ status, headers, body }) };
}

/** 502 with HTML, as from a load balancer. */
export function htmlBadGateway(): Fault {
  const html = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';
  return rawAnswer(502, html, { 'Content-Type': 'text/html' });
}

/** 200 with nothing in it. */
export function emptyBody(): Fault {
  return rawAnswer(200, '', { 'Content-Type': 'application/json' });
}

/** 200 with HTML, as from a captive portal. */
export function htmlPage(): Fault {
  return rawAnswer(200, '<html><body>please log in</body></html>', { 'Content-Type': 'text/html' });
}

/** The request takes effect; the JSON of the answer ends in the middle. */
export function truncated(): Fault {
  return {
    name: 'truncated JSON',
    apply: async ({ process, send }) => {
      const answer = await process();
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
      send({ ...answer, body: text.slice(0, Math.ceil(text.length / 2)) });
    },
  };
}

/** The request takes effect; the answer has another content type. */
export function wrongContentType(contentType = 'text/plain'): Fault {
  return {
    name: `content type ${contentType}`,
    apply: async ({ process, send }) => {
      const answer = await process();
      send({ ...answer, headers: { ...answer.headers, 'Content-Type': contentType } });
    },
  };
}

/** The connection is reset; the request has no effect. With `headers` its body is not even read. */
export function reset(phase: 'headers' | 'body' = 'body'): Fault {
  return { name: `reset after the ${phase}`, phase, apply: (exchange) => exchange.reset() };
}

/** The request takes effect, then the connection is reset without an answer. */
export function responseLost(): Fault {
  return {
    name: 'response lost',
    apply: async (exchange) => {
      await exchange.process();
      exchange.reset();
    },
  };
}

/** The request takes effect; the connection ends before as many bytes have come as `Content-Length` says. */
export function cutBody(missing = 100): Fault {
  return { name: 'cut body', apply: async ({ process, sendCut }) => sendCut(await process(), missing) };
}

/** The request takes effect and is answered late. */
export function delay(milliseconds: number): Fault {
  return {
    name: `delay ${milliseconds} ms`,
    apply: async ({ process, send, wait }) => {
      await wait(milliseconds);
      send(await process());
    },
  };
}

/** No answer ever; the connection stays open. */
export function hang(): Fault {
  return { name: 'hang', apply: () => undefined };
}

/** Headers that come byte by byte and never end. */
export function slowHeaders(intervalMs = 50): Fault {
  return { name: 'slow headers', apply: ({ dripHeaders }) => dripHeaders(intervalMs) };
}
