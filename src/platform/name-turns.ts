import { EventEmitter, once } from 'node:events';

interface Turn {
  readonly owner: string;
  holders: number;
  readonly over: EventEmitter;
}

/** Lets one owner at a time have a name; the same owner may have it several times. */
export class NameTurns {
  readonly #turns = new Map<string, Turn>();

  /** Waits until no other owner has the name. @throws an AbortError when the signal ends the wait. */
  async take(name: string, owner: string, signal: AbortSignal): Promise<void> {
    for (let turn = this.#turns.get(name); turn !== undefined; turn = this.#turns.get(name)) {
      if (turn.owner === owner) {
        turn.holders += 1;
        return;
      }
      await once(turn.over, 'over', { signal });
    }
    this.#turns.set(name, { owner, holders: 1, over: new EventEmitter().setMaxListeners(0) });
  }

  isTaken(name: string, owner: string): boolean {
    return this.#turns.get(name)?.owner === owner;
  }

  /** Gives the name back once; the last time lets the next owner in. Nothing happens when another one has it. */
  giveBack(name: string, owner: string): void {
    const turn = this.#turns.get(name);
    if (turn?.owner !== owner) return;
    turn.holders -= 1;
    if (turn.holders > 0) return;
    this.#turns.delete(name);
    turn.over.emit('over');
  }
}
