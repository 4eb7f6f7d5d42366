import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A shell script of the administrator, which leaves its arguments behind and does what the test tells it. */
export interface TestScript {
  readonly path: string;
  /** Arguments of the last run; undefined when it has not run since the last look. */
  takeArguments(): string[] | undefined;
  /** From now on it ends with this exit code. */
  failWith(exitCode: number): void;
  succeed(): void;
  /** From now on it runs until `release`, at most 20 s; its process id stands in a file. */
  hold(): void;
  release(): void;
  /** Waits (at most 10 s) until the script has begun; its process id. */
  started(): Promise<number>;
}

/** Writes the script; `body` is shell code that runs after the arguments were noted. */
export function createScript(folder: string, body = ''): TestScript {
  const path = join(folder, 'deploy it.sh');
  const file = (name: string): string => join(folder, `script ${name}`);
  const take = (name: string): string | undefined => {
    if (!existsSync(file(name))) return undefined;
    const text = readFileSync(file(name), 'utf8');
    rmSync(file(name));
    return text;
  };
  writeFileSync(path, scriptText(folder, body), { mode: 0o755 });
  return {
    path,
    takeArguments: () => take('arguments')?.split('\0').slice(0, -1),
    failWith: (exitCode) => writeFileSync(file('exit'), String(exitCode)),
    succeed: () => rmSync(file('exit'), { force: true }),
    hold: () => writeFileSync(file('hold'), ''),
    release: () => rmSync(file('hold'), { force: true }),
    async started() {
      for (let waited = 0; waited < 10_000; waited += 20) {
        const pid = take('pid');
        if (pid !== undefined) return Number(pid);
        await sleep(20);
      }
      throw new Error('the script was not started within 10 s');
    },
  };
}

/** The process id comes with a rename, so that whoever sees the file sees all of it. */
function scriptText(folder: string, body: string): string {
  return `#!/bin/sh
cd '${folder}' || exit 99
: > 'script arguments'
for argument in "$@"; do printf '%s\\0' "$argument" >> 'script arguments'; done
echo $$ > 'script pid.new' && mv 'script pid.new' 'script pid'
${body}
left=200
while [ -e 'script hold' ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
if [ -e 'script exit' ]; then echo 'the web server says no' >&2; exit "$(cat 'script exit')"; fi
`;
}
