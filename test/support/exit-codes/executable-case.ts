import type { Outcome } from '../../../src/exit-codes.ts';
import type { WindowsBench } from '../../executable/windows-bench.ts';
import type { DoubleSettings } from '../schtasks-double/steer-double.ts';

/** Renewal files by id, as objects. */
export interface EditableRenewal {
  plan: Record<string, unknown>;
  state: { certificate: { deployed: boolean } };
}

/** What cases work with. */
export interface ExecutableBench extends WindowsBench {
  /** The renewal's stored certificate is to be deployed anew, with this script, and to this folder. */
  redeploy(id: string, changes: { readonly script?: string; readonly folder?: string }): void;
  /** While it holds, `--renew --force` does not end. */
  readonly script: { hold(): void; release(): void; started(): boolean };
}

/** One way to get an exit code out of the executable. It finds two deployed renewals and, unless told, its task. */
export interface ExecutableCase {
  readonly name: Outcome;
  readonly how: string;
  /** Without those that name the CA. */
  readonly args: readonly string[];
  /** How schtasks.exe behaves. */
  readonly double?: DoubleSettings;
  /** The task before the run, made from a good one; undefined: none. A good one without it. */
  readonly task?: (good: string) => string | undefined;
  /** What must stand on the screen beside code, name and hint. */
  readonly shown?: RegExp;
  /** The run is to make or repair the task; every other one leaves it byte for byte. */
  readonly changesTask?: true;
  /** Damage; what it gives back undoes it. Renewal files are put back anyway. */
  prepare?(bench: ExecutableBench): Promise<(() => unknown) | undefined> | (() => unknown) | undefined;
  /** What is to be seen on disk beside what every run leaves. */
  check?(bench: ExecutableBench): void;
}
