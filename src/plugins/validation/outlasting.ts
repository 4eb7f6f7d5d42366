/** How long cleaning up may go on after the run was told to end. */
const cleanUpGraceMs = 20_000;

/** A signal for cleaning up: it is aborted 20 s after the one of the run, with the same reason. */
export function outlasting(signal: AbortSignal): AbortSignal {
  const end = new AbortController();
  const beginGrace = (): void => {
    AbortSignal.timeout(cleanUpGraceMs).addEventListener('abort', () => end.abort(signal.reason), { once: true });
  };
  if (signal.aborted) beginGrace();
  else signal.addEventListener('abort', beginGrace, { once: true });
  return end.signal;
}
