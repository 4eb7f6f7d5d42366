import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where what is slow to make is kept: outside the checkout, so that a clean checkout need not make it again. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'wacs-test');
}
