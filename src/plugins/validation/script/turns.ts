import type { ChallengeTask, ValidationPlugin } from '../../../core/plugin.ts';
import { inTurn } from '../in-turn.ts';

/** When the turn of a challenge begins. */
export interface TurnOptions {
  /** Whose turns they are: challenges with the same key wait for each other, those of other renewals too. */
  readonly key: string;
  /** Whether preparing is part of the turn; if not, only what comes after it is. */
  readonly fromPrepare: boolean;
  readonly signal: AbortSignal;
}

/**
 * A validation of one challenge after the other, for services that hold one value only. The turn of a challenge ends with
 * its clean-up, which always comes.
 */
export function oneAfterTheOther(inner: ValidationPlugin, options: TurnOptions): ValidationPlugin {
  const { key, fromPrepare, signal } = options;
  const turns = new Map<string, () => void>();
  const begin = async (task: ChallengeTask): Promise<void> => {
    turns.set(nameOf(task), await takeTurn(key, signal));
    signal.throwIfAborted();
  };
  return {
    ...inner,
    async prepare(task) {
      if (fromPrepare) await begin(task);
      await inner.prepare(task);
      if (!fromPrepare) await begin(task);
    },
    async cleanUp(task) {
      try {
        await inner.cleanUp(task);
      } finally {
        turns.get(nameOf(task))?.();
        turns.delete(nameOf(task));
      }
    },
  };
}

/** Waits for the turn. @returns what ends it. @throws the signal's reason after an abort; the turn is then given up. */
async function takeTurn(key: string, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => {
    end();
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  void inTurn(key, () => {
    begin();
    return over;
  });
  await begun;
  signal.removeEventListener('abort', onAbort);
  return end;
}

function nameOf({ identifier, token }: ChallengeTask): string {
  return `${identifier.value} ${token}`;
}
