import type { TestContext } from 'node:test';
import { createWorkbench, quick, type Workbench } from '../pebble/workbench.ts';
import type { FakeAcmeOptions } from '../support/fake-acme/fake-acme.ts';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { type Pebble, startPebble } from '../support/pebble/pebble.ts';
import type { PebbleOptions } from '../support/pebble/pebble-config.ts';

/** Percent of good nonces that every CA of the matrix refuses. */
export const nonceReject = Number(process.env.WACS_NONCE_REJECT ?? 50);

/** Where a row is proven. */
export type Place = 'Pebble' | 'fault-injecting CA' | 'both';

/** What a row works with. */
export interface RowTools {
  readonly t: TestContext;
  /** A Pebble of the row's own. @throws EnvironmentUnavailable. */
  pebble(options?: PebbleOptions): Promise<Pebble>;
  /** A fresh machine for a CA. */
  machine(pebble: Pebble): Promise<Workbench>;
  /** A faulty CA and a fresh machine. */
  faults(options?: FakeAcmeOptions): Promise<FaultBench>;
}

/** One requirement of the conformance matrix. */
export interface Row {
  readonly number: number;
  readonly title: string;
  readonly place: Place;
  run(tools: RowTools): Promise<void>;
}

/** Tools whose servers stop when the row's test ends. */
export function rowTools(t: TestContext): RowTools {
  return {
    t,
    async pebble(options = {}) {
      const pebble = await startPebble({ ...quick, nonceReject, ...options }, (line) => t.diagnostic(line));
      t.after(pebble.stop);
      return pebble;
    },
    machine: (pebble) => createWorkbench(t, pebble),
    faults: (options = {}) => startFaultBench(t, { nonceReject, ...options }),
  };
}
