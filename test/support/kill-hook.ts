import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunWacsOptions } from './run-wacs.ts';

/** An instant in a run: just before or after something happens for the nth time (1 unless told). */
export interface Instant {
  readonly when: 'before' | 'after';
  /** End of the path of a file that is put in its place, */
  readonly file?: string;
  /** or of the path of an address; `after` is when the answer has come and nothing was done about it. */
  readonly request?: string;
  readonly nth?: number;
}

const hook = `'use strict';
const { when, file, request: asked, nth = 1 } = JSON.parse(process.env.KILL_AT);
const files = require('node:fs/promises');
const https = require('node:https');
const { rename } = files;
const { request } = https;
let count = 0;
const die = () => process.kill(process.pid, 'SIGKILL');
const isNow = (wanted, path) => wanted !== undefined && path.endsWith(wanted) && ++count === nth;
files.rename = async (from, to) => {
  const now = isNow(file, to);
  if (now && when === 'before') die();
  await rename(from, to);
  if (now) die();
};
https.request = (url, ...rest) => {
  const now = isNow(asked, new URL(url).pathname);
  if (now && when === 'before') die();
  const made = request(url, ...rest);
  if (now) made.prependListener('response', die);
  return made;
};
`;

/** Options of a run that kills itself at the instant, as a power cut would. */
export function killAt(folder: string, instant: Instant): RunWacsOptions {
  const path = join(folder, 'kill-hook.cjs');
  writeFileSync(path, hook);
  return { env: { NODE_OPTIONS: `--require "${path}"`, KILL_AT: JSON.stringify(instant) } };
}
