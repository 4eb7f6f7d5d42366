import { get } from 'node:http';
import { type Problem, problem } from './problem.ts';
import type { FakeAcmeState } from './state.ts';

const timeoutMs = 5_000;
const maximumLength = 512;

/**
 * Fetches the key authorization from 127.0.0.1 at the state's port with the name as Host (RFC 8555 section 8.3); no
 * redirects, 5 seconds and 512 characters at most.
 * @returns the problem; undefined when the right text came
 */
export async function validateHttp01(
  state: Pick<FakeAcmeState, 'httpPort' | 'signal'>,
  host: string,
  { token, expected }: { readonly token: string; readonly expected: string },
): Promise<Problem | undefined> {
  const path = `/.well-known/acme-challenge/${token}`;
  const url = `http://${host}${path}`;
  try {
    const answer = await fetchText(state, host.includes(':') ? `[${host}]` : host, path);
    if (answer.status !== 200) {
      return problem('unauthorized', 403, `127.0.0.1: invalid response from ${url}: ${answer.status}`);
    }
    if (answer.text.trimEnd() === expected) return undefined;
    return problem('unauthorized', 403, `127.0.0.1: the key authorization from ${url} is not the expected one`);
  } catch (error) {
    return problem('connection', 400, `127.0.0.1: fetching ${url}: ${error instanceof Error ? error.message : ''}`);
  }
}

function fetchText(
  { httpPort, signal }: Pick<FakeAcmeState, 'httpPort' | 'signal'>,
  host: string,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: httpPort,
      path,
      headers: { Host: host, 'User-Agent': 'fake-acme validation' },
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    };
    const request = get(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maximumLength) request.destroy(new Error(`more than ${maximumLength} characters`));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
