/** A part that is loaded when it is first asked for. */
export interface Lazy<Value> {
  readonly get: () => Promise<Value>;
  /** The value if anybody has asked for it. */
  readonly loaded: () => Promise<Value | undefined>;
}

/** Loads at most once, on first use. */
export function lazy<Value>(load: () => Promise<Value>): Lazy<Value> {
  let value: Promise<Value> | undefined;
  return {
    get: () => {
      value ??= load();
      return value;
    },
    loaded: async () => value?.catch(() => undefined),
  };
}

/** A part of which there are several by name, each loaded at most once, when it is first asked for. */
export function lazyByName<Value>(
  load: (name: string | undefined) => Promise<Value>,
): (name?: string) => Promise<Value> {
  const values = new Map<string | undefined, Promise<Value>>();
  return (name) => {
    const value = values.get(name) ?? load(name);
    values.set(name, value);
    return value;
  };
}

/** A promise that rejects with the signal's reason when it is aborted, and never does anything else. */
export function rejectionOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
