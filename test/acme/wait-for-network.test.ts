import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type WaitServices, waitForNetwork } from '../../src/acme/wait-for-network.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { HttpRequest, HttpResponse, Log } from '../../src/core/ports.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const silent = (): void => undefined;
const log: Log = { verbose: silent, info: silent, warning: silent, error: silent, child: () => log };

/** A CA that answers with the given status after so many failed attempts. */
function network(failures: number, options: { readonly status?: number; readonly signal?: AbortSignal } = {}) {
  const clock = createFakeClock();
  const requests: HttpRequest[] = [];
  const services: WaitServices = {
    clock,
    log,
    signal: options.signal ?? new AbortController().signal,
    http: {
      async request(request): Promise<HttpResponse> {
        requests.push(request);
        if (requests.length > failures) return { status: options.status ?? 200, headers: {}, body: new Uint8Array() };
        clock.advance(100);
        throw new WacsError('AcmeUnreachable', 'DNS does not answer', { hint: 'check DNS' });
      },
    },
  };
  return { clock, requests, services };
}

describe('waitForNetwork', () => {
  it('is over with the first answer, whatever its status', async () => {
    for (const status of [200, 404, 503]) {
      const { clock, requests, services } = network(0, { status });
      await waitForNetwork('https://ca.test/dir', 60_000, services);
      assert.deepEqual([requests.length, clock.sleeps], [1, []]);
      assert.equal(requests[0]?.url, 'https://ca.test/dir');
    }
  });

  it('tries again until the network is there', async () => {
    const { clock, requests, services } = network(5);
    await waitForNetwork('https://ca.test/dir', 60_000, services);
    assert.equal(requests.length, 6);
    assert.deepEqual(clock.sleeps, [500, 1_000, 2_000, 4_000, 5_000]);
  });

  it('is AcmeUnreachable with the last reason at the limit, and never later', async () => {
    const { clock, services } = network(Number.POSITIVE_INFINITY);
    const start = clock.now().getTime();
    await assert.rejects(waitForNetwork('https://ca.test/dir', 20_000, services), {
      code: 'AcmeUnreachable',
      message: 'no network within 20 s: DNS does not answer',
      hint: 'check DNS',
    });
    const took = clock.now().getTime() - start;
    assert.ok(took >= 20_000 && took < 20_500, `${took} ms`);
  });

  it('tries once with no time at all', async () => {
    const { requests, services } = network(1);
    await assert.rejects(waitForNetwork('https://ca.test/dir', 0, services), { code: 'AcmeUnreachable' });
    assert.equal(requests.length, 1);
  });

  it('ends with an interruption', async () => {
    const reason = new WacsError('Interrupted', 'by SIGINT');
    const { services } = network(1, { signal: AbortSignal.abort(reason) });
    await assert.rejects(waitForNetwork('https://ca.test/dir', 60_000, services), reason);
  });
});
