/**
 * A value that is loaded once and shared by all who ask for it; a failure is not kept.
 * @param known where values are kept
 */
export function remember<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  load: () => Promise<Value>,
): Promise<Value> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const loading = load();
  known.set(key, loading);
  loading.catch(() => {
    if (known.get(key) === loading) known.delete(key);
  });
  return loading;
}
