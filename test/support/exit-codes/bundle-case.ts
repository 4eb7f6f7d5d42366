import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { Outcome } from '../../../src/exit-codes.ts';
import { type FaultBench, type FaultRun, startFaultBench } from '../fault-ca.ts';

/** Encrypts the key of the renewal; must never be seen. */
export const secret = 'correct horse battery staple';

/** One way to get an exit code out of the bundle. It finds a renewal `site` with its certificate deployed. */
export interface BundleCase {
  readonly name: Outcome;
  readonly how: string;
  /** Why this machine cannot do it. */
  readonly skip?: string | false;
  /** Damage that is there before the run, and that the run is not to blame for. */
  prepare?(bench: CaseBench): void | Promise<void>;
  /** The run, with `--json`. */
  run(bench: CaseBench): Promise<FaultRun>;
  /** Undoes what would stand in the way of looking at the state, or of removing it. */
  restore?(bench: CaseBench): void;
  /** What must stand on the screen beside code, name and hint. */
  readonly shown?: RegExp;
  /** The run may replace plan, certificate and PEM files; it still leaves some. */
  readonly changes?: true;
  /** The program dies before it could report. */
  readonly unreported?: true;
}

/** A machine for a case. */
export interface CaseBench extends FaultBench {
  /** Temporary, around the state folder; for files of the case. */
  readonly folder: string;
  /** `--configpath` */
  readonly state: string;
  /** `--renew --force --json` */
  force(...args: readonly string[]): Promise<FaultRun>;
}

/** A machine with the renewal `site` on it. */
export async function startCaseBench(t: TestContext): Promise<CaseBench> {
  const bench = await startFaultBench(t);
  await bench.issue('a.test', ['--pempassword', secret]);
  const state = dirname(bench.authority);
  return {
    ...bench,
    state,
    folder: dirname(state),
    force: (...args) => bench.renew(['--force', '--json', ...args]),
  };
}
