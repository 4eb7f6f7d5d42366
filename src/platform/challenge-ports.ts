import type { Listener } from './listener.ts';

interface Entry<Challenge> {
  readonly challenge: Challenge;
  /** Two orders of one account may share an authorization, hence a challenge. */
  holders: number;
}

/** What is published on one port, by key. */
export class PortChallenges<Challenge> {
  readonly #entries = new Map<string, Entry<Challenge>>();

  get(key: string): Challenge | undefined {
    return this.#entries.get(key)?.challenge;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add(key: string, challenge: Challenge): void {
    const holders = (this.#entries.get(key)?.holders ?? 0) + 1;
    this.#entries.set(key, { challenge, holders });
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders === 0) this.#entries.delete(key);
  }
}

interface Port<Challenge> {
  readonly challenges: PortChallenges<Challenge>;
  listener: Listener | undefined;
  /** Publishing and withdrawing on one port happen one after the other. */
  queue: Promise<void>;
}

/** Challenges on the ports where they are answered: the first one of a port starts its listener, the last one ends it. */
export class ChallengePorts<Challenge> {
  readonly #ports = new Map<number, Port<Challenge>>();

  /** Withdrawn as often as it was published, it is gone. @throws what `listen` throws. */
  publish(
    port: number,
    key: string,
    challenge: Challenge,
    listen: (challenges: PortChallenges<Challenge>) => Promise<Listener>,
  ): Promise<void> {
    return this.#inTurn(port, async (state) => {
      state.listener ??= await listen(state.challenges);
      state.challenges.add(key, challenge);
    });
  }

  /** Nothing happens when it is not there. */
  withdraw(port: number, key: string): Promise<void> {
    return this.#inTurn(port, async (state) => {
      state.challenges.remove(key);
      if (!state.challenges.isEmpty) return;
      const { listener } = state;
      state.listener = undefined;
      await listener?.close();
    });
  }

  #inTurn(port: number, work: (state: Port<Challenge>) => Promise<void>): Promise<void> {
    const state = this.#ports.get(port) ?? {
      challenges: new PortChallenges(),
      listener: undefined,
      queue: Promise.resolve(),
    };
    this.#ports.set(port, state);
    const done = state.queue.then(() => work(state));
    state.queue = done.catch(() => undefined);
    return done;
  }
}
