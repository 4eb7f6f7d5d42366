import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const REQUEST_LIMIT_MS = 5_000;

export interface LocalRequest {
  /** PEM of the roots to trust, for https. */
  readonly ca?: string;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown;
}

export interface LocalResponse {
  readonly status: number;
  readonly body: string;
}

/** One request to a server on this machine: own connection, no proxy, at most 5 seconds. */
export function localRequest(url: string, { ca, body }: LocalRequest = {}): Promise<LocalResponse> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const options = {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'User-Agent': 'wacs-test', 'Content-Type': 'application/json' },
    agent: false,
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
